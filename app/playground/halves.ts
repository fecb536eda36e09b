/** The layers of each kind of network as calls of makers. */
import type { Call } from './calls.ts';
import type { Parts } from './parts.ts';
import { featuresOf } from './shapes.ts';
import type { Settings } from './settings.ts';

/** The layers of a model. */
export type Halves = Pick<Parts, 'input' | 'encoder' | 'decoder'>;

export const halvesOf: Record<Settings['network'], (settings: Settings, shape: number[]) => Halves> = {
  dense,
  convolutional,
  residual,
};

function dense(settings: Settings, shape: number[]): Halves {
  const { hidden, activation } = settings;
  const features = featuresOf(shape);
  const layers = (widths: number[]): Call[] => widths.map((width) => ['dense', width, activation]);
  const encoder = [...layers(hidden), ...codeOf(settings, hidden.length === 0)];
  const decoder = [...layers(hidden.toReversed()), ['dense', features, outputOf(settings)] as const];
  // These two corruptions take images, not flat rows.
  const needsImages = settings.corruption === 'downsample' || settings.corruption === 'shuffleTiles';
  if (!needsImages) return { input: features, encoder, decoder };
  return { input: shape, encoder: [['flatten'], ...encoder], decoder: [...decoder, ['reshape', shape]] };
}

function convolutional(settings: Settings, shape: number[]): Halves {
  const [height, width, channels] = shape;
  const { activation, code, codeKind } = settings;
  const halving = { stride: 2, padding: 'same' };
  // The code is a small image with an entry at each place.
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
        ['convTranspose2d', channels, 3, outputOf(settings), halving],
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
      ['convTranspose2d', channels, 3, outputOf(settings), halving],
    ],
  };
}

/**
 * Returns a convolutional network with batch normalisation. Strided convolutions halve the sides, with residual blocks
 * between them.
 */
function residual(settings: Settings, shape: number[]): Halves {
  const [height, width, channels] = shape;
  const { activation } = settings;
  const halving = { stride: 2, padding: 'same' };
  const same = { padding: 'same' };
  const normalized: Call[] = [['batchNorm'], ['activation', activation]];
  const block = (filters: number): Call => [
    'residual',
    [{ call: ['conv2d', filters, 3, activation, same] }, { call: ['conv2d', filters, 3, 'linear', same] }],
  ];
  const small = [height / 4, width / 4, 16];
  return {
    input: shape,
    encoder: [
      ['conv2d', 8, 3, 'linear', halving],
      ...normalized,
      ['conv2d', 16, 3, 'linear', halving],
      ...normalized,
      block(16),
      ['flatten'],
      ...codeOf(settings, false),
    ],
    decoder: [
      ['dense', featuresOf(small), activation],
      ['reshape', small],
      block(16),
      ['convTranspose2d', 8, 3, 'linear', halving],
      ...normalized,
      ['convTranspose2d', channels, 3, outputOf(settings), halving],
    ],
  };
}

/**
 * Returns the layers of the code. A code behind hidden layers is linear, so that it can have any values; a code without
 * hidden layers is itself the hidden layer.
 */
function codeOf(settings: Settings, alone: boolean): Call[] {
  const { codeKind, code, beta, samples, activation } = settings;
  // The importance-weighted bound has no β.
  if (codeKind === 'gaussian') return [['gaussian', code, samples > 1 ? { samples } : { beta }]];
  if (codeKind === 'vectorQuantizer') return [['dense', code], quantizerOf(settings)];
  if (codeKind === 'topK')
    return [
      ['dense', code],
      ['topK', settings.active],
    ];
  return [alone && activation !== 'linear' ? ['dense', code, activation] : ['dense', code]];
}

const quantizerOf = ({ entries }: Settings): Call => ['vectorQuantizer', entries];

/**
 * Returns the activation of the output: a sigmoid for pixels from 0 to 1. It is linear for standardised values, and for
 * sums of dictionary entries.
 */
function outputOf({ loss, activation, codeKind, normalize }: Settings): string {
  const within = codeKind !== 'topK' && normalize !== 'standardize';
  return loss === 'bce' || (within && activation !== 'linear') ? 'sigmoid' : 'linear';
}
