import type { Activation } from '../../src/index.ts';

/** Everything a visitor can set: what is trained, and how. All of it fits into a link. */
export interface Settings {
  /** which preset it began as; the rest may have moved away from it */
  preset: string;
  data: 'digits' | 'own';
  network: 'dense' | 'convolutional';
  /** widths of the hidden layers, from the outside in; the decoder has them in the opposite order */
  hidden: number[];
  /** numbers in a code */
  code: number;
  /** the code is a normal distribution: a variational autoencoder */
  gaussian: boolean;
  beta: number;
  activation: Activation;
  loss: 'bce' | 'mse';
  corruption: (typeof corruptions)[number];
  amount: number;
  penalty: (typeof penalties)[number];
  weight: number;
  /** how values are brought to a common scale; 'auto' leaves it to the data and the loss */
  normalize: (typeof normalizations)[number];
  tied: boolean;
  /** layer by layer, before all of them together */
  pretrain: boolean;
  optimizer: (typeof optimizers)[number];
  rate: number;
  batch: number;
  seed: number;
  /** a class that is left out of training, to see whether it is found strange; -1 for none */
  without: number;
}

/** In the order in which they are offered, each with its module in PyTorch. */
export const torchActivations: Record<Activation, string | undefined> = {
  relu: 'ReLU()',
  leakyRelu: 'LeakyReLU()',
  elu: 'ELU()',
  gelu: 'GELU()',
  silu: 'SiLU()',
  tanh: 'Tanh()',
  sigmoid: 'Sigmoid()',
  softplus: 'Softplus()',
  linear: undefined,
};
export const activations = Object.keys(torchActivations) as Activation[];
export const corruptions = [
  'none',
  'gaussianNoise',
  'maskNoise',
  'saltAndPepper',
  'downsample',
  'shuffleTiles',
] as const;
export const penalties = ['none', 'contractive', 'stochasticContractive', 'sparsity', 'weightDecay'] as const;
export const normalizations = ['auto', 'none', 'minMax', 'standardize'] as const;
export const optimizers = ['adam', 'adamw', 'adagrad', 'sgd'] as const;

/** Small enough to learn in seconds even where WebGPU runs on the processor. */
export const defaults: Settings = {
  preset: 'variational',
  data: 'digits',
  network: 'dense',
  hidden: [64, 32],
  code: 2,
  gaussian: true,
  beta: 1,
  activation: 'relu',
  loss: 'bce',
  corruption: 'none',
  amount: 0.5,
  penalty: 'none',
  weight: 0.001,
  normalize: 'auto',
  tied: false,
  pretrain: false,
  optimizer: 'adam',
  rate: 0.002,
  batch: 128,
  seed: 0,
  without: -1,
};

/** These change while a model trains; every other one asks for a new model. */
const live: readonly (keyof Settings)[] = ['rate', 'optimizer', 'batch', 'preset'];

export const needsNewModel = (before: Settings, after: Settings): boolean =>
  (Object.keys(before) as (keyof Settings)[]).some(
    (name) => !live.includes(name) && String(before[name]) !== String(after[name]),
  );

/** How a setting is read from text; undefined where the text is none of its values. */
type Reader<T> = (text: string) => T | undefined;

const choice =
  <T extends string>(values: readonly T[]): Reader<T> =>
  (text) =>
    values.find((value) => value === text);
const flag: Reader<boolean> = (text) => (text === 'true' ? true : text === 'false' ? false : undefined);
const number =
  (least: number, most: number, whole = false): Reader<number> =>
  (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    return value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : undefined;
  };
const widths: Reader<number[]> = (text) => {
  const values = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(number(1, 2048, true));
  return values.length <= 6 && values.every((value) => value !== undefined) ? values : undefined;
};

export const readers: { [K in keyof Settings]: Reader<Settings[K]> } = {
  preset: (text) => (/^[a-z-]{1,40}$/.test(text) ? text : undefined),
  data: choice(['digits', 'own']),
  network: choice(['dense', 'convolutional']),
  hidden: widths,
  code: number(1, 256, true),
  gaussian: flag,
  beta: number(0, 100),
  activation: choice(activations),
  loss: choice(['bce', 'mse']),
  corruption: choice(corruptions),
  amount: number(0.01, 8),
  penalty: choice(penalties),
  weight: number(0, 10),
  normalize: choice(normalizations),
  tied: flag,
  pretrain: flag,
  optimizer: choice(optimizers),
  rate: number(1e-6, 1),
  batch: number(1, 4096, true),
  seed: number(0, 2 ** 32 - 1, true),
  without: number(-1, 1000, true),
};

/** The part of a link behind the `#`: whatever differs from the defaults. */
export function toHash(settings: Settings): string {
  const different = Object.entries(settings).filter(
    ([name, value]) => String(value) !== String(defaults[name as keyof Settings]),
  );
  return new URLSearchParams(different.map(([name, value]) => [name, String(value)])).toString();
}

/** Settings from a link, and what in it could not be understood. */
export function fromHash(hash: string): { settings: Settings; unknown: string[] } {
  const settings: Settings = { ...defaults };
  const unknown: string[] = [];
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ''))) {
    const value = Object.hasOwn(readers, name) ? readers[name as keyof Settings](text) : undefined;
    if (value === undefined) unknown.push(`${name}=${text}`);
    else Object.assign(settings, { [name]: value });
  }
  return { settings, unknown };
}
