/**
 * Each value of an `override` constant has a pipeline of its own, and pages wait for their compilation. Shaders whose sizes differ with nearly every
 * model and batch have them in `struct Sizes` instead.
 */
import { expect, it } from 'vitest';
import { families } from '../../support/variants.ts';

/** The constants that have one value in all calls. */
const fixed: Record<string, string[]> = {
  shuffle: ['stream'],
  random: ['stream'],
  importance: ['stream'],
  puzzle: ['stream'],
  corrupt: ['stream'],
  cells: ['stream'],
  reparameterize: ['stream'],
  'vector-quantizer': ['stream'],
};

/** The files of shaders without any other constant, except whether a gradient is added to. */
const files = [
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
    expect(overrides, label).toEqual(overrides.length ? fixed[name] : []);
  }
});
