import type { Call, Made } from './calls.ts';
import { convolutional, dense, residual, type Halves } from './halves.ts';
import { featuresOf, normalizingOf, tellable, type ExampleShape } from './shapes.ts';
import type { Settings } from './settings.ts';

/** What `autoencoder()` is handed. */
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

/** What `gan()` is handed. */
export interface GanParts {
  code: number;
  generator: Call[];
  discriminator: Call[];
  seed: number;
}

/** The model of the settings, for such examples. */
export const partsOf = (settings: Settings, examples: ExampleShape): Parts | GanParts =>
  settings.model === 'gan' ? ganOf(settings, examples) : hourglassOf(settings, examples);

/** The one that `npm start -- --model gan` trains, in other widths. */
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

export function hourglassOf(settings: Settings, { kind, shape, classes = [] }: ExampleShape): Parts {
  const { loss, corruption, amount, seed } = settings;
  const normalizing = normalizingOf(settings, kind);
  if (settings.conditional && !tellable(classes))
    throw new Error('A conditional model is told classes, and these examples have none.');
  const halves =
    settings.network === 'dense' || kind === 'table'
      ? dense(settings, kind, shape)
      : (settings.network === 'residual' ? residual : convolutional)(settings, shape);
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
    ...(normalizing !== 'none' && { normalize: [normalizing] }),
    seed,
  };
}

/** How many numbers say what an example is; undefined where they are no numbers, but entries of a codebook. */
export const numbersOf = ({ codeKind, code, active }: Settings): number | undefined =>
  codeKind === 'vectorQuantizer' ? undefined : codeKind === 'topK' ? active : code;

/** Where the model's samples come from: a prior, or the codes of examples, which have to be counted first. Undefined where nothing is sampled. */
export function samplingOf({ model, codeKind, penalty, weight, judged }: Settings): 'prior' | 'codes' | undefined {
  if (codeKind === 'vectorQuantizer') return 'codes';
  const pulled = penalty === 'mmd' || (penalty === 'adversarial' && judged === 'code' && weight > 0);
  return model === 'gan' || codeKind === 'gaussian' || pulled ? 'prior' : undefined;
}

/** What a fit is told to train by, under the names of its options. */
export const optimizersOf = ({ model, optimizer, rate, discriminatorRate }: Settings): Record<string, Call> =>
  model === 'gan'
    ? { generator: ['adam', rate, { beta1: 0.5 }], discriminator: ['adam', discriminatorRate, { beta1: 0.5 }] }
    : { optimizer: [optimizer, rate] };

/** A dictionary's entries have length 1, and those that nothing has are brought back, which asks for a decoder that only adds them up. */
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
  // An adversary that counts nothing is none.
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
