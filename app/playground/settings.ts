import type { ActivationName } from '../../src/index.ts';

/**
 * The page's state is in three places, and nowhere else:
 * - `Settings`: what is trained, how, beside what, and how its anomalies are looked at. A link holds all of it, and so does the address after a reload.
 * - This browser's storage (`worker/storage.ts`): the visitor's own examples, with what each column of a table is used for, and the first model's
 *   weights, steps and losses. They never leave the machine; those of models beside it are not kept.
 * - What is looked at just now, which a reload begins anew: the place on the map, the class that is shown alone, the part of the loss, the ends of
 *   the walk, the sliders of the code, the drawings, the jigsaw.
 */
export interface Settings {
  /** which preset it began as; the rest may have moved away from it */
  preset: string;
  model: (typeof models)[number];
  data: 'digits' | 'own';
  network: (typeof networks)[number];
  /** widths of the hidden layers, from the outside in; the decoder has them in the opposite order */
  hidden: number[];
  /** of a GAN: widths of the hidden layers of either side, in their order */
  generator: number[];
  discriminator: number[];
  /** numbers in a code; of a quantised one, in each of its vectors */
  code: number;
  codeKind: (typeof codeKinds)[number];
  /** of a Gaussian code: the weight of its divergence */
  beta: number;
  /** of a Gaussian code: codes drawn for each example; more than one make it importance-weighted */
  samples: number;
  /** whether both halves are told the class of each example */
  conditional: boolean;
  /** of a quantised code: vectors in its codebook */
  entries: number;
  /** of a sparse code: as many of its numbers as an example has, the largest ones */
  active: number;
  activation: ActivationName;
  loss: (typeof losses)[number];
  corruption: (typeof corruptions)[number];
  amount: number;
  penalty: (typeof penalties)[number];
  weight: number;
  /** what the penalties `adversarial` and `mmd` pull codes to */
  prior: (typeof priors)[number];
  /** what the discriminator of `adversarial` judges */
  judged: (typeof judgeable)[number];
  /** how values are brought to a common scale; 'auto' leaves it to the data and the loss */
  normalize: (typeof normalizations)[number];
  tied: boolean;
  /** layer by layer, before all of them together */
  pretrain: boolean;
  optimizer: (typeof optimizers)[number];
  /** of a GAN it is the generator's */
  rate: number;
  discriminatorRate: number;
  batch: number;
  seed: number;
  /** a class that is left out of training, to see whether it is found strange; -1 for none */
  without: number;
  /** a pause after every step */
  slow: boolean;
  /** the models beside this one, in their order */
  compared: Compared[];
  /** whether those have the code size and the loss of this one */
  alike: boolean;
  /** the share of the examples that is flagged */
  contamination: number;
  /** the class that the ROC curve takes for the strange one */
  strange: number;
}

/** A model beside the first: a member of the family, and the settings in which it differs from that member. */
export interface Compared extends Partial<Omit<Settings, 'preset' | 'compared'>> {
  preset: string;
}

/** A setting of one model. */
export type OwnSetting = Exclude<keyof Settings, 'compared'>;

/** In the order in which they are offered, each with its module in PyTorch. */
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
/** Kinds of model: what a page shows of one depends on it. */
export const models = ['autoencoder', 'gan'] as const;
/** `residual`: convolutional, with batch normalisation and blocks that add to what they take. */
export const networks = ['dense', 'convolutional', 'residual'] as const;
/** Numbers as they are; a normal distribution, which makes it variational; entries of a codebook; a few of many numbers. */
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
export const normalizations = ['auto', 'none', 'minMax', 'standardize'] as const;
export const optimizers = ['adam', 'adamw', 'adagrad', 'sgd'] as const;

/** Small enough to learn in seconds even where WebGPU runs on the processor. */
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
  normalize: 'auto',
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

/** A running training takes these over. */
const adjustable: readonly OwnSetting[] = ['rate', 'discriminatorRate', 'optimizer', 'batch'];
/** These are about the page around the model. */
export const beside = ['preset', 'slow', 'compared', 'alike', 'contamination', 'strange'] as const;

const differ = (before: Settings, after: Settings, names: readonly OwnSetting[]): boolean =>
  names.some((name) => String(before[name]) !== String(after[name]));

export const needsAdjusting = (before: Settings, after: Settings): boolean => differ(before, after, adjustable);

/** Every setting that is neither adjustable nor beside the model makes another model. */
export const needsNewModel = (before: Settings, after: Settings): boolean =>
  differ(
    before,
    after,
    (Object.keys(before) as OwnSetting[]).filter(
      (name) => !adjustable.includes(name) && !(beside as readonly string[]).includes(name),
    ),
  );
