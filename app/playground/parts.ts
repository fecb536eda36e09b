import type { Settings } from './settings.ts';

/** A call of one of the library's makers, as data: the worker makes it, the page writes it down. Among its values, `Made` is what another call makes. */
export type Call = readonly [maker: string, ...values: unknown[]];

export interface Made {
  readonly call: Call;
}

export const isMade = (value: unknown): value is Made => typeof value === 'object' && value !== null && 'call' in value;

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

export type ExampleKind = 'image' | 'table';

/** What there is to know of an example: an image's height, width and channels, or a row's columns. */
export interface ExampleShape {
  kind: ExampleKind;
  shape: number[];
  /** the names of their classes, if they have any */
  classes?: string[];
}

export const featuresOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

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
    settings.network === 'convolutional' && kind === 'image'
      ? convolutional(settings, shape)
      : dense(settings, kind, shape);
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

/** Whether there is a class to tell of each example. */
export const tellable = (classes: readonly string[] = []): boolean => classes.length > 1;

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

export type Normalizing = Exclude<Settings['normalize'], 'auto'>;

/** What the visitor chose; else the columns of a table, whose units differ, are brought to one scale that suits the loss, and pixels have one. */
export function normalizingOf({ normalize, loss }: Settings, kind: ExampleKind): Normalizing {
  if (normalize !== 'auto') return normalize;
  if (kind === 'image') return 'none';
  return loss === 'bce' ? 'minMax' : 'standardize';
}

type Halves = Pick<Parts, 'input' | 'encoder' | 'decoder'>;

function dense(settings: Settings, kind: ExampleKind, shape: number[]): Halves {
  const { hidden, activation } = settings;
  const features = featuresOf(shape);
  const layers = (widths: number[]): Call[] => widths.map((width) => ['dense', width, activation]);
  const encoder = [...layers(hidden), ...codeOf(settings, hidden.length === 0)];
  const decoder = [...layers(hidden.toReversed()), ['dense', features, outputOf(settings, kind)] as const];
  // These two look at pictures, not at rows of pixels.
  const needsImages = settings.corruption === 'downsample' || settings.corruption === 'shuffleTiles';
  if (!needsImages || kind !== 'image') return { input: features, encoder, decoder };
  return { input: shape, encoder: [['flatten'], ...encoder], decoder: [...decoder, ['reshape', shape]] };
}

function convolutional(settings: Settings, shape: number[]): Halves {
  const [height, width, channels] = shape;
  const { activation, code, codeKind } = settings;
  const halving = { stride: 2, padding: 'same' };
  // The code is the picture in small, with an entry at each of its places.
  if (codeKind === 'vectorQuantizer')
    return {
      input: shape,
      encoder: [
        ['conv2d', 8, 3, activation, halving],
        ['conv2d', 16, 3, activation, halving],
        ['conv2d', code, 1],
        quantizerOf(settings),
      ],
      decoder: [
        ['convTranspose2d', 16, 3, activation, halving],
        ['convTranspose2d', channels, 3, outputOf(settings, 'image'), halving],
      ],
    };
  const small = [height / 4, width / 4, 16];
  return {
    input: shape,
    encoder: [
      ['conv2d', 8, 3, activation, halving],
      ['conv2d', 16, 3, activation, halving],
      ['flatten'],
      ...codeOf(settings, false),
    ],
    decoder: [
      ['dense', featuresOf(small), activation],
      ['reshape', small],
      ['convTranspose2d', 8, 3, activation, halving],
      ['convTranspose2d', channels, 3, outputOf(settings, 'image'), halving],
    ],
  };
}

/** A code behind hidden layers is linear, so that it can lie anywhere; one on its own is the hidden layer. */
function codeOf(settings: Settings, alone: boolean): Call[] {
  const { codeKind, code, beta, activation } = settings;
  if (codeKind === 'gaussian') return [['gaussian', code, { beta }]];
  if (codeKind === 'vectorQuantizer') return [['dense', code], quantizerOf(settings)];
  if (codeKind === 'topK')
    return [
      ['dense', code],
      ['topK', settings.active],
    ];
  return [alone && activation !== 'linear' ? ['dense', code, activation] : ['dense', code]];
}

const quantizerOf = ({ entries }: Settings): Call => ['vectorQuantizer', entries];

/** Pixels lie between 0 and 1; the columns of a table anywhere, and so does what is standardized, and what the entries of a dictionary add up to. */
function outputOf(settings: Settings, kind: ExampleKind): string {
  const { loss, activation, codeKind } = settings;
  const within = kind === 'image' && codeKind !== 'topK' && normalizingOf(settings, kind) !== 'standardize';
  return loss === 'bce' || (within && activation !== 'linear') ? 'sigmoid' : 'linear';
}

/** As it stands in a program. */
export const written = ([maker, ...values]: Call): string => `${maker}(${values.map(literal).join(', ')})`;

/** The makers that are called, in a call and in its values. */
export function makersIn([maker, ...values]: Call): string[] {
  const within = (value: unknown): string[] =>
    isMade(value)
      ? makersIn(value.call)
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(within)
        : [];
  return [maker, ...values.flatMap(within)];
}

export function literal(value: unknown): string {
  if (isMade(value)) return written(value.call);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${name}: ${literal(inner)}`)
      .join(', ')} }`;
  return typeof value === 'string' ? `'${value.replace(/['\\]/g, '\\$&')}'` : String(value);
}
