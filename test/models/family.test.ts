import { describe, expect, it } from 'vitest';
import {
  contractive, dense, dropout, gaussian, gaussianNoise, maskNoise, saltAndPepper, sgd, sparsity, stochasticContractive, weightDecay,
  type Autoencoder, type Corruption, type Layer, type Penalty,
} from '../../src/index.ts'; // prettier-ignore
import { partsOf, type LayerOf, type Member, type Moment } from '../reference/family.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { differences } from '../support/gradient.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const features = 6;
const examples = 5;
/** Of all runs, so that their pipelines are the same ones; the last batch of an evaluation is a short one. */
const batchSize = 3;
const seed = 3;
const usual: Member = {
  encoder: [
    [5, 'tanh'],
    [3, 'sigmoid'],
  ],
  decoder: [
    [5, 'tanh'],
    [features, 'sigmoid'],
  ],
  loss: 'bce',
};
const oneLayer: Member = { encoder: [[6, 'sigmoid']], decoder: [[features, 'sigmoid']], loss: 'bce' };
const variational: Member = { ...usual, encoder: [[5, 'tanh']], gaussian: 3 };

/** Every part of the family, in the members that use it. */
const members: Record<string, Member> = {
  'simple': usual,
  'linear': { encoder: [[3, 'linear']], decoder: [[features, 'linear']], loss: 'mse' },
  'denoising with Gaussian noise': { ...usual, corrupt: [{ gaussianNoise: 0.3 }] },
  'denoising with a mask': { ...usual, corrupt: [{ maskNoise: 0.4 }] },
  'denoising with salt and pepper': { ...usual, corrupt: [{ saltAndPepper: 0.5 }] },
  'several corruptions': { ...usual, corrupt: [{ gaussianNoise: 0.3 }, { maskNoise: 0.4 }] },
  'contractive, one layer': { ...oneLayer, penalty: [{ contractive: 0.7 }] },
  'contractive, one linear layer': { ...oneLayer, encoder: [[4, 'linear']], penalty: [{ contractive: 0.1 }] },
  'contractive, two layers': { ...usual, penalty: [{ contractive: 0.7 }] },
  'contractive, three layers': { ...usual, encoder: [[6, 'softplus'], [4, 'gelu'], [2, 'silu']], penalty: [{ contractive: 0.2 }] },
  'contractive with a corruption': { ...oneLayer, corrupt: [{ gaussianNoise: 0.3 }], penalty: [{ contractive: 0.7 }] },
  'contractive by an estimate': { ...usual, penalty: [{ contractive: 0.7, estimate: true }] },
  'stochastic contractive': { ...usual, penalty: [{ stochasticContractive: [2, 0.2] }] },
  'sparse': { ...usual, encoder: [[5, 'tanh'], [3, 'tanh']], penalty: [{ sparsity: 0.3 }] },
  'weight decay': { ...usual, penalty: [{ weightDecay: 0.1 }] },
  'all penalties at once': { ...oneLayer, corrupt: [{ maskNoise: 0.2 }], penalty: [{ contractive: 0.3 }, { stochasticContractive: [2, 0.2] }, { sparsity: 0.1 }, { weightDecay: 0.1 }] },
  'dropout': { ...usual, encoder: [[5, 'tanh'], ['dropout', 0.3], [3, 'sigmoid']], decoder: [['dropout', 0.2], [5, 'tanh'], [features, 'sigmoid']] },
  'variational': variational,
  'variational with squared errors': { ...variational, decoder: [[5, 'tanh'], [features, 'linear']], loss: 'mse' },
  'absolute errors': { ...usual, loss: 'mae' },
  'Huber’s loss': { ...usual, decoder: [[5, 'tanh'], [features, 'linear']], loss: 'huber' },
  'variational with absolute errors': { ...variational, decoder: [[5, 'tanh'], [features, 'linear']], loss: 'mae' },
  'variational with Huber’s loss': { ...variational, loss: 'huber' },
  'variational, denoising, with weight decay': { ...variational, corrupt: [{ maskNoise: 0.3 }], penalty: [{ weightDecay: 0.1 }] },
  'tied': { ...usual, tied: true },
  'tied, contractive, with weight decay': { ...oneLayer, tied: true, penalty: [{ contractive: 0.3 }, { weightDecay: 0.1 }] },
}; // prettier-ignore

const layerOf = (layer: LayerOf): Layer => (layer[0] === 'dropout' ? dropout(layer[1]) : dense(...layer));

function corruptionOf({
  gaussianNoise: stddev,
  maskNoise: masked,
  saltAndPepper: rate,
}: NonNullable<Member['corrupt']>[number]): Corruption {
  if (stddev !== undefined) return gaussianNoise(stddev);
  return masked !== undefined ? maskNoise(masked) : saltAndPepper(rate!);
}

function penaltyOf(penalty: NonNullable<Member['penalty']>[number]): Penalty {
  if (penalty.contractive !== undefined) return contractive(penalty.contractive, { estimate: penalty.estimate });
  if (penalty.stochasticContractive) return stochasticContractive(...penalty.stochasticContractive);
  return penalty.sparsity !== undefined ? sparsity(penalty.sparsity) : weightDecay(penalty.weightDecay!);
}

const beta = 0.6;

async function make(member: Member): Promise<Autoencoder> {
  const { encoder, decoder, loss, tied, corrupt = [], penalty = [] } = member;
  const model = await makeModel({
    input: features,
    encoder: [...encoder.map(layerOf), ...(member.gaussian ? [gaussian(member.gaussian, { beta })] : [])],
    decoder: decoder.map(layerOf),
    loss,
    tied,
    corrupt: corrupt.map(corruptionOf),
    penalty: penalty.map(penaltyOf),
    seed,
  });
  // Biases start at zero, where some mistakes would not show.
  const draw = new Draw(5);
  const biases = Object.entries(await model.weights()).filter(([name]) => name.endsWith('bias'));
  model.setWeights(
    Object.fromEntries(
      biases.map(([name, { shape, data }]) => [name, { shape, data: draw.floats(data.length, -0.5, 0.5) }]),
    ),
  );
  return model;
}

const data = new Draw(1).floats(features * examples, 0.05, 0.95);
const rows = Array.from({ length: examples }, (_, i) => data.subarray(i * features, (i + 1) * features));
const batch = rows.slice(0, batchSize);
const total = ({ reconstruction, kl = 0, penalty = 0 }: ReturnType<typeof partsOf>) =>
  reconstruction + beta * kl + penalty;

describe.each(Object.entries(members))('%s', (_, member) => {
  it('evaluates to its formula in float64', async () => {
    const model = await make(member);
    const moment: Moment = { seed, step: 0, position: 0, training: false };
    const wanted = partsOf(member, inFloat64(await model.weights()), rows, moment);
    const losses = await model.evaluate(data, { batchSize });
    expect(Object.keys(losses).sort()).toEqual(['loss', ...Object.keys(wanted)].sort());
    expectClose([losses.loss], [total(wanted)], 1e-5 * total(wanted), 'loss');
    for (const [part, value] of Object.entries(wanted))
      expectClose([losses[part as 'kl']!], [value as number], 2e-6 * (value as number) + 1e-7, part);
  });

  it('follows its gradient: one step of gradient descent against finite differences', async () => {
    const model = await make(member);
    const before = inFloat64(await model.weights());
    const rate = 4;
    const { loss } = await model.fit(data, { steps: 1, batchSize, shuffle: false, optimizer: sgd(rate) });
    const after = inFloat64(await model.weights());

    const moment: Moment = { seed, step: 0, position: 0, training: true };
    expectClose(loss, [total(partsOf(member, before, batch, moment))], (i) => 3e-6 * loss[i], 'loss');
    for (const [name, values] of Object.entries(before)) {
      const wanted = differences((x) => total(partsOf(member, { ...before, [name]: x }, batch, moment)), values);
      // A weight and its update share float32's digits.
      expectNear(
        values.map((w, i) => (w - after[name][i]) / rate),
        wanted,
        1e-5,
        name,
      );
    }
  });
});
