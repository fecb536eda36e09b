import type { ActivationName } from '../../src/index.ts';

/**
 * The page's state is in three places only:
 * - `Settings`: the model, its training, the models beside it, and the view of anomalies. A link contains all of it, as
 *   does the address after a reload.
 * - This browser's storage (`worker/storage.ts`): the visitor's own examples, and the first model's weights, steps and
 *   losses. They never leave the machine; those of further models are not kept.
 * - The present view, which a reload resets: the place on the map, the class that is shown alone, the part of the loss,
 *   the ends of the walk, the sliders of the code, the drawings, the jigsaw.
 */
export interface Settings {
  /** The preset that the settings started from; the others may differ from it. */
  preset: string;
  model: (typeof models)[number];
  data: 'digits' | 'own';
  network: (typeof networks)[number];
  /** The widths of the encoder's hidden layers in order; the decoder has them in reverse order. */
  hidden: number[];
  /** For a GAN: the widths of the generator's hidden layers in order. */
  generator: number[];
  discriminator: number[];
  /** The number of values in a code; for a quantised code, in each of its vectors. */
  code: number;
  codeKind: (typeof codeKinds)[number];
  /** For a Gaussian code: β, the weight of its divergence. */
  beta: number;
  /**
   * For a Gaussian code: the number of samples for each example; with more than one the loss is importance-weighted.
   */
  samples: number;
  /** Whether both halves receive the class of each example. */
  conditional: boolean;
  /** For a quantised code: the number of entries in its codebook. */
  entries: number;
  /** For a sparse code: the number of values that each example keeps, the largest ones. */
  active: number;
  activation: ActivationName;
  loss: (typeof losses)[number];
  corruption: (typeof corruptions)[number];
  amount: number;
  penalty: (typeof penalties)[number];
  weight: number;
  /** The prior of the penalties `adversarial` and `mmd`. */
  prior: (typeof priors)[number];
  /** The values that the discriminator of `adversarial` judges. */
  judged: (typeof judgeable)[number];
  /** The normalisation of the pixels. */
  normalize: (typeof normalizations)[number];
  tied: boolean;
  /** Whether the layers are pretrained one by one. */
  pretrain: boolean;
  optimizer: (typeof optimizers)[number];
  /** The learning rate; for a GAN, that of the generator. */
  rate: number;
  discriminatorRate: number;
  batch: number;
  seed: number;
  /** The class that is left out of training, to see whether it gets high scores; -1 for none. */
  without: number;
  /** Whether training pauses after every step. */
  slow: boolean;
  /** The further models, in their order. */
  compared: Compared[];
  /** Whether the further models have the code size and the loss of this one. */
  alike: boolean;
  /** The share of the examples that is flagged as anomalies. */
  contamination: number;
  /** The class that counts as anomalous for the ROC curve. */
  strange: number;
}

/** A model beside the first: a preset, and the settings in which it differs from the preset. */
export interface Compared extends Partial<Omit<Settings, 'preset' | 'compared'>> {
  preset: string;
}

/** The name of a setting of one model. */
export type OwnSetting = Exclude<keyof Settings, 'compared'>;

/** The activations in the order of the menu, each with its module in PyTorch. */
export const torchActivations: Record<ActivationName, string | undefined> = {
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
export const activations = Object.keys(torchActivations) as ActivationName[];
/** The kinds of models; the views of the page depend on them. */
export const models = ['autoencoder', 'gan'] as const;
/** The kinds of networks. `residual` is convolutional, with batch normalisation and residual blocks. */
export const networks = ['dense', 'convolutional', 'residual'] as const;
/**
 * The kinds of codes: plain numbers, a normal distribution (variational), entries of a codebook, or a few of many
 * numbers (sparse).
 */
export const codeKinds = ['plain', 'gaussian', 'vectorQuantizer', 'topK'] as const;
export const corruptions = [
  'none',
  'gaussianNoise',
  'maskNoise',
  'saltAndPepper',
  'downsample',
  'shuffleTiles',
] as const;
export const losses = ['bce', 'mse', 'mae', 'huber'] as const;
export const penalties = [
  'none',
  'contractive',
  'stochasticContractive',
  'sparsity',
  'weightDecay',
  'adversarial',
  'mmd',
] as const;
export const priors = ['normal', 'uniform'] as const;
export const judgeable = ['code', 'output'] as const;
export const normalizations = ['none', 'minMax', 'standardize'] as const;
export const optimizers = ['adam', 'adamw', 'adagrad', 'sgd'] as const;

/** The default settings, small enough to learn within seconds even if WebGPU runs on the CPU. */
export const defaults: Settings = {
  preset: 'variational',
  model: 'autoencoder',
  data: 'digits',
  network: 'dense',
  hidden: [64, 32],
  generator: [128],
  discriminator: [128],
  code: 2,
  codeKind: 'gaussian',
  beta: 1,
  samples: 1,
  conditional: false,
  entries: 64,
  active: 20,
  activation: 'relu',
  loss: 'bce',
  corruption: 'none',
  amount: 0.5,
  penalty: 'none',
  weight: 0.001,
  prior: 'normal',
  judged: 'code',
  normalize: 'none',
  tied: false,
  pretrain: false,
  optimizer: 'adam',
  rate: 0.002,
  discriminatorRate: 0.001,
  batch: 128,
  seed: 0,
  without: -1,
  slow: false,
  compared: [],
  alike: true,
  contamination: 0.02,
  strange: 0,
};

/** The settings that a running training can take. */
const adjustable: readonly OwnSetting[] = ['rate', 'discriminatorRate', 'optimizer', 'batch'];
/** The settings of the page around the model. */
export const beside = ['preset', 'slow', 'compared', 'alike', 'contamination', 'strange'] as const;

const differ = (before: Settings, after: Settings, names: readonly OwnSetting[]): boolean =>
  names.some((name) => String(before[name]) !== String(after[name]));

export const needsAdjusting = (before: Settings, after: Settings): boolean => differ(before, after, adjustable);

/**
 * Returns whether a change of settings needs a new model: every setting does that is neither adjustable nor about the
 * page.
 */
export const needsNewModel = (before: Settings, after: Settings): boolean =>
  differ(
    before,
    after,
    (Object.keys(before) as OwnSetting[]).filter(
      (name) => !adjustable.includes(name) && !(beside as readonly string[]).includes(name),
    ),
  );
