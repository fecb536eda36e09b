import { defaults, type Settings } from './settings.ts';

/** A member of the family: which parts make it, and what there is to see. */
export interface Preset {
  title: string;
  about: string;
  parts: Partial<Settings>;
}

/** Parts that a preset does not name are these: a plain autoencoder. */
const plain: Partial<Settings> = { ...defaults, gaussian: false, rate: 0.001 };

export const presets: Record<string, Preset> = {
  variational: {
    title: 'Variational, 2 numbers',
    about:
      'The code is a cloud, not a point, and is pulled towards a normal distribution. Every place on the map decodes to something.',
    parts: { gaussian: true, rate: 0.002 },
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
    title: 'Linear = PCA',
    about: 'No activation anywhere. However long it trains, it cannot beat principal components of the same size.',
    parts: { hidden: [], activation: 'linear', loss: 'mse', rate: 0.003 },
  },
  tied: {
    title: 'Tied weights',
    about: 'The decoder has the encoder’s weights, transposed: half the parameters.',
    parts: { hidden: [], code: 32, tied: true },
  },
  stacked: {
    title: 'Stacked, layer by layer',
    about: 'Each layer first learns alone to reconstruct what the one before it makes; then all learn together.',
    parts: { hidden: [128, 64], code: 16, loss: 'mse', pretrain: true },
  },
  denoising: {
    title: 'Denoising',
    about: 'It sees a noisy picture and is asked for the clean one.',
    parts: { hidden: [], code: 64, corruption: 'gaussianNoise', amount: 0.5 },
  },
  sparse: {
    title: 'Sparse',
    about: 'A penalty on every active unit: few of the many speak at a time.',
    parts: { hidden: [], code: 64, penalty: 'sparsity', weight: 0.0005 },
  },
  contractive: {
    title: 'Contractive',
    about: 'A penalty on the slope of the code: small changes of the picture hardly move it.',
    parts: { hidden: [], code: 64, activation: 'sigmoid', penalty: 'contractive', weight: 0.001 },
  },
  'stochastic-contractive': {
    title: 'Stochastic contractive',
    about: 'The same aim by trying: a picture and its slightly noisy twin should have the same code.',
    parts: { hidden: [], code: 64, activation: 'sigmoid', penalty: 'stochasticContractive', weight: 0.1, amount: 0.1 },
  },
  'variational-wide': {
    title: 'Variational, 20 numbers',
    about: 'More room in the code: sharper pictures, and a map that is only a shadow of it.',
    parts: { gaussian: true, hidden: [128], code: 20 },
  },
  convolutional: {
    title: 'Convolutional',
    about: 'Small filters that slide over the picture. Slower without a GPU.',
    parts: { network: 'convolutional', hidden: [] },
  },
  'super-resolution': {
    title: 'Super-resolution',
    about: 'It sees a picture of a quarter of the resolution and is asked for the whole one.',
    parts: { hidden: [128], code: 64, corruption: 'downsample', amount: 4 },
  },
  tiles: {
    title: 'Tiles put in order',
    about: 'It sees the picture’s quarters shuffled and is asked for the picture.',
    parts: { hidden: [128], code: 64, corruption: 'shuffleTiles', amount: 2 },
  },
};

/**
 * The settings that a preset stands for. Data, batch and seed stay as they are, and so does the normalisation as long as the loss does: another
 * loss may ask for another one.
 */
export function withPreset(settings: Settings, name: string): Settings {
  const { data, batch, seed, without, normalize } = settings;
  const made: Settings = { ...settings, ...plain, ...presets[name]?.parts, data, batch, seed, without, preset: name };
  return made.loss === settings.loss ? { ...made, normalize } : made;
}
