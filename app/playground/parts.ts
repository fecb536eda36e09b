import type { Call, Made } from './calls.ts';
import { halvesOf, type Halves } from './halves.ts';
import { featuresOf, tellable, type ExampleShape } from './shapes.ts';
import type { Settings } from './settings.ts';

/** The arguments of `autoencoder()`. */
export interface Parts {
  input: number | number[];
  encoder: Call[];
  decoder: Call[];
  loss: Settings['loss'];
  corrupt?: Call;
  penalty?: Call[];
  normalize?: Call;
  condition?: { classes: number };
  tied?: true;
  seed: number;
}

/** The arguments of `gan()`. */
export interface GanParts {
  code: number;
  generator: Call[];
  discriminator: Call[];
  seed: number;
}

/** Returns the parts of the model for these settings and examples. */
export const partsOf = (settings: Settings, examples: ExampleShape): Parts | GanParts =>
  settings.model === 'gan' ? ganOf(settings, examples) : hourglassOf(settings, examples);

/** Returns the parts of a GAN as `npm start -- --model gan` trains it, with the widths of the settings. */
export function ganOf({ code, generator, discriminator, seed }: Settings, { shape }: ExampleShape): GanParts {
  return {
    code,
    generator: [...generator.map((width): Call => ['dense', width, 'relu']), ['dense', featuresOf(shape), 'sigmoid']],
    discriminator: [
      ['dropout', 0.2],
      ...discriminator.flatMap((width): Call[] => [
        ['dense', width, 'leakyRelu'],
        ['dropout', 0.3],
      ]),
    ],
    seed,
  };
}

export function hourglassOf(settings: Settings, { shape, classes = [] }: ExampleShape): Parts {
  const { loss, corruption, amount, normalize, seed } = settings;
  if (settings.conditional && !tellable(classes))
    throw new Error('A conditional model needs classes, and these examples have none.');
  const halves = halvesOf[settings.network](settings, shape);
  const penalty = penaltyOf(settings, halves);
  const penalties = [...penaltiesOfCode(settings, halves), ...(penalty ? [penalty] : [])];
  return {
    ...halves,
    loss,
    ...(corruption !== 'none' && {
      corrupt: [
        corruption,
        corruption === 'downsample' || corruption === 'shuffleTiles' ? Math.max(2, Math.round(amount)) : amount,
      ],
    }),
    ...(penalties.length && { penalty: penalties }),
    ...(settings.conditional && { condition: { classes: classes.length } }),
    ...(settings.tied && { tied: true }),
    ...(normalize !== 'none' && { normalize: [normalize] }),
    seed,
  };
}

/**
 * Returns how many numbers describe an example; undefined for a quantised code, which has entries of a codebook
 * instead.
 */
export const numbersOf = ({ codeKind, code, active }: Settings): number | undefined =>
  codeKind === 'vectorQuantizer' ? undefined : codeKind === 'topK' ? active : code;

/**
 * Returns the source of the model's samples: a prior, or the codes of examples, whose frequencies have to be counted
 * first. It is undefined for a model without samples.
 */
export function samplingOf({ model, codeKind, penalty, weight, judged }: Settings): 'prior' | 'codes' | undefined {
  if (codeKind === 'vectorQuantizer') return 'codes';
  const pulled = penalty === 'mmd' || (penalty === 'adversarial' && judged === 'code' && weight > 0);
  return model === 'gan' || codeKind === 'gaussian' || pulled ? 'prior' : undefined;
}

/** Returns the optimizers under the names of the options of `fit`. */
export const optimizersOf = ({ model, optimizer, rate, discriminatorRate }: Settings): Record<string, Call> =>
  model === 'gan'
    ? { generator: ['adam', rate, { beta1: 0.5 }], discriminator: ['adam', discriminatorRate, { beta1: 0.5 }] }
    : { optimizer: [optimizer, rate] };

/**
 * Returns the penalties of a sparse code: unit length of the entries, and the revival of dead ones, which needs a
 * decoder that only adds entries.
 */
function penaltiesOfCode({ codeKind, network }: Settings, { decoder }: Halves): Call[] {
  if (codeKind !== 'topK' || network !== 'dense') return [];
  const [, , activation] = decoder[0];
  return decoder.length === 1 && activation === 'linear' ? [['unitNorm'], ['deadLatents']] : [['unitNorm']];
}

function penaltyOf(
  { penalty, weight, amount, prior, judged }: Settings,
  { input }: Pick<Parts, 'input'>,
): Call | undefined {
  const pulled = prior === 'normal' ? {} : { prior: { call: [prior] } satisfies Made };
  if (penalty === 'none') return undefined;
  if (penalty === 'stochasticContractive') return [penalty, weight, amount];
  if (penalty === 'mmd') return prior === 'normal' ? [penalty, weight] : [penalty, weight, pulled];
  if (penalty !== 'adversarial') return [penalty, weight];
  // An adversary with weight 0 is left out.
  if (!weight) return undefined;
  const layers: Call[] =
    judged === 'code'
      ? [
          ['dense', 64, 'relu'],
          ['dense', 64, 'relu'],
        ]
      : [...(Array.isArray(input) ? [['flatten'] as const] : []), ['dense', 128, 'leakyRelu']];
  const on = judged === 'code' ? {} : { on: judged };
  return [penalty, layers.map((call) => ({ call })), { ...on, weight, ...pulled }];
}
