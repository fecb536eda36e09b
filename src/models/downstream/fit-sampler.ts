import type { Examples } from '../../data/labels.ts';
import { DataError, OptionError } from '../../errors.ts';
import { checkNumber, checkOptions, checkSeed } from '../../runtime/options.ts';
import { permutation, streams } from '../../runtime/random.ts';
import { scoped } from '../../runtime/scope.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import type { Network } from '../parts/network.ts';
import { putData, type Owner } from '../training/trainable.ts';
import type { SamplerTensors } from './draw.ts';
import { fitFrequencies } from './indices.ts';
import { fitMixture } from './mixture.ts';
import type { SamplerFit, SamplerOptions } from './sampler.ts';

/** The most examples that a mixture is fitted to. More would change it less than another seed does. */
const mostExamples = 20_000;

/** The most components. While the mixture is fitted, memory holds one number for each example and component. */
const mostComponents = 1000;

/** The most numbers in all covariances together: 256 MiB in float64. */
const mostNumbers = 2 ** 25;

/**
 * Fits a mixture to the codes of examples, or counts the entries of a quantised code; see `Autoencoder.fitSampler`.
 * @throws OptionError, ShapeError, DataError
 */
export async function fitSampler(
  owner: Owner,
  encoder: Network,
  data: Examples,
  options: SamplerOptions,
  modelSeed: number,
): Promise<{ tensors: SamplerTensors; fit: SamplerFit }> {
  checkOptions('fitSampler', options, ['components', 'seed', 'iterations']);
  const { code } = encoder;
  if (code?.kind === 'vectorQuantizer') return fitFrequencies(encoder, code, data, options);
  const { components = 10, seed = modelSeed, iterations = 200 } = options;
  const size = sizeOf(encoder.outputShape);
  checkNumber('fitSampler: components', components, { least: 1, most: mostComponents, whole: true });
  checkNumber('fitSampler: iterations', iterations, { least: 1, whole: true });
  checkSeed('fitSampler', seed);
  const most = Math.floor(mostNumbers / size ** 2);
  if (components > most)
    throw new OptionError(
      `fitSampler: ${components} components of codes of ${size} numbers have more than ${mostNumbers} numbers in their covariances; ${most ? `ask for at most ${most}` : 'make the code smaller'}`,
    );
  const codes = await codesOf(owner, encoder, data, seed, components);
  const { mixture, logLikelihood, iterations: taken } = await fitMixture(codes, size, { components, seed, iterations });
  const { components: count, weights, means, factors } = mixture;
  return {
    // Rounded to float32 here, so that a model loaded from a file draws the same samples.
    tensors: {
      weights: { data: Float32Array.from(weights), shape: [count] },
      means: { data: Float32Array.from(means), shape: [count, size] },
      factors: { data: Float32Array.from(factors), shape: [count, size, size] },
    },
    fit: { logLikelihood, iterations: taken, components: count },
  };
}

/** Returns the codes of all examples, or of a random selection where there are too many. */
async function codesOf(
  owner: Owner,
  encoder: Network,
  data: Examples,
  seed: number,
  components: number,
): Promise<Float32Array> {
  return scoped(async (scope) => {
    const set = scope.ownSet(await putData('fitSampler', owner, data, encoder.inputShape));
    let used = set;
    if (components > set.length)
      throw new OptionError(
        `fitSampler: ${components} components, but ${set.length} examples: ask for fewer components, or give more examples`,
      );
    if (set.length > mostExamples) {
      const drawn = permutation(set.length, seed, streams.mixture).subarray(0, mostExamples);
      used = scope.own(set.view([...drawn].sort((a, b) => a - b)));
    }
    const { data: codes } = await encoder.predict(used);
    const wrong = codes.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new DataError(
        `fitSampler: the code of example ${used.indices[Math.floor(wrong / (codes.length / used.length))]} is too large for float32: scale the data, or leave the example out`,
      );
    return codes;
  });
}
