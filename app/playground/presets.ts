import { tellable } from './shapes.ts';
import { beside, defaults, type Settings } from './settings.ts';

/** A preset: the parts that make it, and what it shows. */
export interface Preset {
  title: string;
  about: string;
  parts: Partial<Settings>;
}

/** The default parts of a preset, which make a plain autoencoder. */
const plain: Partial<Settings> = { ...defaults, codeKind: 'plain', rate: 0.001 };

/**
 * The presets. To be comparable, each has a code of 32 numbers, or of 2 if its map has to show all of it. Each is
 * trained with cross-entropy unless it gives a reason for another loss.
 */
export const presets: Record<string, Preset> = {
  variational: {
    title: 'Variational, 2 numbers',
    about:
      'The code is a cloud, not a point, and is pulled towards a normal distribution. Every place on the map decodes to something.',
    parts: { codeKind: 'gaussian', rate: 0.002 },
  },
  simple: {
    title: 'Simple, 32 numbers',
    about:
      'One hidden layer of 32 numbers, as on the Keras blog. The map shows the two directions in which the codes vary most.',
    parts: { hidden: [], code: 32 },
  },
  deep: {
    title: 'Deep, 2 numbers',
    about:
      'No pull towards a normal distribution: the classes spread out as far as they like, with nothing in between.',
    parts: {},
  },
  linear: {
    title: 'Linear = PCA, 32 numbers',
    about:
      'No activation anywhere. It learns by squared error, which principal components of the same size keep smallest: on the examples trained on, it cannot beat them.',
    parts: { hidden: [], code: 32, activation: 'linear', loss: 'mse', rate: 0.003 },
  },
  'linear-map': {
    title: 'Linear = PCA, 2 numbers',
    about: 'As above, with a code that the map shows as it is: the plane of the first two principal components.',
    parts: { hidden: [], activation: 'linear', loss: 'mse', rate: 0.003 },
  },
  tied: {
    title: 'Tied weights, 32 numbers',
    about: 'The decoder has the encoder’s weights, transposed: half the parameters.',
    parts: { hidden: [], code: 32, tied: true },
  },
  stacked: {
    title: 'Stacked, 32 numbers',
    about: 'Each layer first learns alone to reconstruct the output of the one before it; then all learn together.',
    parts: { hidden: [128, 64], code: 32, pretrain: true },
  },
  denoising: {
    title: 'Denoising, 32 numbers',
    about: 'It sees a noisy picture and is asked for the clean one.',
    parts: { hidden: [], code: 32, corruption: 'gaussianNoise', amount: 0.5 },
  },
  sparse: {
    title: 'Sparse, 32 numbers',
    about: 'A penalty on every active unit: for each picture only a few of them are active.',
    parts: { hidden: [], code: 32, penalty: 'sparsity', weight: 0.0005 },
  },
  contractive: {
    title: 'Contractive, 32 numbers',
    about:
      'A penalty on the slope of the code: small changes of the picture hardly move it. The weights are tied, or the encoder’s would only shrink and the decoder’s grow.',
    parts: {
      hidden: [],
      code: 32,
      activation: 'sigmoid',
      penalty: 'contractive',
      weight: 0.001,
      tied: true,
      rate: 0.01,
    },
  },
  'stochastic-contractive': {
    title: 'Stochastic contractive, 32 numbers',
    about:
      'The same aim by noise: a picture and a slightly noisy copy of it should have the same code. The weights are tied.',
    parts: {
      hidden: [],
      code: 32,
      activation: 'sigmoid',
      penalty: 'stochasticContractive',
      weight: 0.1,
      amount: 0.1,
      tied: true,
      rate: 0.01,
    },
  },
  conditional: {
    title: 'Conditional, 2 numbers',
    about:
      'Encoder and decoder receive the class of the digit, so the code has room for how it is written: the classes lie over each other on the map. Choose the label that a place is decoded with.',
    parts: { codeKind: 'gaussian', conditional: true, rate: 0.002 },
  },
  'variational-wide': {
    title: 'Variational, 32 numbers',
    about: 'More room in the code: sharper pictures, but the map shows only two directions of it.',
    parts: { codeKind: 'gaussian', hidden: [128], code: 32 },
  },
  'importance-weighted': {
    title: 'Importance-weighted, 32 numbers',
    about:
      'A variational one that draws five codes for each picture, weighs them by how well they explain it, and so learns by a closer bound. Its loss is less than the sum of its parts.',
    parts: { codeKind: 'gaussian', samples: 5, hidden: [128], code: 32 },
  },
  adversarial: {
    title: 'Adversarial, 2 numbers',
    about:
      'A second network, the discriminator, learns to tell codes from draws of a normal distribution, and the encoder learns that it cannot: the codes fill the distribution.',
    parts: { penalty: 'adversarial', weight: 0.02 },
  },
  wasserstein: {
    title: 'Wasserstein, 2 numbers',
    about:
      'All codes together are pulled to a normal distribution, by their maximum mean discrepancy from it: no second network, and no code has to be a cloud.',
    parts: { penalty: 'mmd', weight: 0.05 },
  },
  'vae-gan': {
    title: 'VAE/GAN, 32 numbers',
    about:
      'A variational one whose pictures a discriminator judges as well: they must look like examples. Slower, and its squared error is larger.',
    parts: { codeKind: 'gaussian', hidden: [128], code: 32, penalty: 'adversarial', judged: 'output', weight: 20 },
  },
  gan: {
    title: 'GAN, 32 numbers',
    about:
      'No encoder: a generator makes pictures of random codes, and a discriminator learns to tell them from the examples, one step each in turn.',
    parts: { model: 'gan', code: 32, without: -1, compared: [] },
  },
  convolutional: {
    title: 'Convolutional, 2 numbers',
    about: 'Small filters that slide over the picture. Slower without a GPU.',
    parts: { network: 'convolutional', hidden: [] },
  },
  residual: {
    title: 'Residual, 2 numbers',
    about:
      'Convolutions with batch normalisation, and blocks that add to what they take, so that more layers are no harder to train. Slower without a GPU.',
    parts: { network: 'residual', hidden: [] },
  },
  'vector-quantised': {
    title: 'Vector-quantised, 7 × 7 entries',
    about:
      'Each place of a small grid has one of 64 vectors, the entries of a codebook. The panel below shows what each entry looks like, and which ones a picture is made of.',
    parts: { network: 'convolutional', hidden: [], codeKind: 'vectorQuantizer', code: 8, rate: 0.004 },
  },
  'sparse-dictionary': {
    title: 'Sparse dictionary, 20 of 512 numbers',
    about:
      'A picture is a sum of 20 of 512 entries of a dictionary. The panel below shows what each entry adds, and which pictures have most of it. It learns by squared error: entries add up.',
    parts: { hidden: [], codeKind: 'topK', code: 512, active: 20, activation: 'linear', loss: 'mse' },
  },
  'super-resolution': {
    title: 'Super-resolution, 32 numbers',
    about: 'It sees a picture of a quarter of the resolution and is asked for the whole one.',
    parts: { hidden: [128], code: 32, corruption: 'downsample', amount: 4 },
  },
  tiles: {
    title: 'Tiles put in order, 32 numbers',
    about: 'It sees the picture’s quarters shuffled and is asked for the picture.',
    parts: { hidden: [128], code: 32, corruption: 'shuffleTiles', amount: 2 },
  },
};

/** The presets that can be added beside the first model: those that reconstruct. */
export const seconds = Object.keys(presets).filter((name) => presets[name].parts.model !== 'gan');

/** Returns whether a preset makes sense for examples of these classes. */
export const suits = (name: string, classes: readonly string[] = []): boolean =>
  !presets[name].parts.conditional || tellable(classes);

/** Settings of the page and of the data, which a preset keeps unless it needs others. */
const kept = ['data', 'batch', 'seed', 'without', ...beside] as const;

/**
 * Returns the settings with those of a preset. The normalisation is kept if the loss is the same, since another loss
 * may need another one.
 */
export function withPreset(settings: Settings, name: string): Settings {
  const stays = Object.fromEntries(kept.map((key) => [key, settings[key]])) as Partial<Settings>;
  const made: Settings = { ...settings, ...plain, ...stays, ...presets[name].parts, preset: name };
  return made.loss === settings.loss ? { ...made, normalize: settings.normalize } : made;
}

/**
 * Returns the settings with another kind of code. A sparse code needs many numbers, with which the other kinds would
 * not compress.
 */
export function withCodeKind(settings: Settings, codeKind: Settings['codeKind']): Settings {
  const wide = codeKind === 'topK';
  return wide === (settings.codeKind === 'topK')
    ? { ...settings, codeKind }
    : { ...settings, codeKind, code: wide ? 512 : 32 };
}

/**
 * Returns the settings for a visitor's own pictures, which have no classes. `linked` tells whether the settings are
 * those of a link, made for the files that are opened now.
 */
export const ownSettings = (settings: Settings, linked: boolean): Settings => ({
  ...settings,
  data: 'own',
  conditional: false,
  without: -1,
  strange: 0,
  // Models of other data cannot be compared.
  compared: linked ? settings.compared : [],
});
