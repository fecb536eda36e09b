/**
 * Each value of an `override` constant has a pipeline of its own, and pages wait for their compilation. Shaders whose sizes differ with nearly every
 * model and batch have them in `struct Sizes` instead.
 */
import { expect, it } from 'vitest';
import { families } from '../../support/variants.ts';

/**
 * The constants that have one value in all calls; an option of a loss, or of blanks; and those of a model by which sums are divided, because compilers round the division by a constant
 * differently from other divisions. None depends on the number of rows.
 */
const fixed: Record<string, string[]> = {
  shuffle: ['stream'],
  loss: ['share', 'delta'],
  random: ['stream'],
  importance: ['stream', 'samples'],
  puzzle: ['channels', 'tile_height', 'tile_width', 'stream'],
  corrupt: ['stream'],
  cells: ['stream'],
  reparameterize: ['stream'],
  norm: ['count'],
  'vector-quantizer': ['entries', 'stream'],
};

/** The files of shaders without any other constant, except whether a gradient is added to. */
const files = [
  'gather',
  'loss',
  'step',
  'optimizer',
  'reduce',
  'shuffle',
  'top-k',
  'top-k-alone',
  'top-k-batch',
  'top-k-batch-alone',
  'activation',
  'decay',
  'elementwise',
  'random',
  'importance',
  'puzzle',
  'corrupt',
  'cells',
  'reparameterize',
  'normalize',
  'norm',
  'batch-norm',
  'cell-product',
  'cell-loss',
  'vector-quantizer',
];

it.each(files)('%s: one pipeline serves all sizes', (name) => {
  const variants = families[name];
  expect(variants.length).toBeGreaterThan(0);
  for (const { label, code } of variants) {
    const overrides = [...code.matchAll(/^override (?!add_)(\w+)/gm)].map((match) => match[1]);
    expect(fixed[name] ?? [], label).toEqual(expect.arrayContaining(overrides));
  }
});
