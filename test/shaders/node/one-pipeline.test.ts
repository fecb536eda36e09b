/**
 * Each value of an `override` constant has a pipeline of its own, and pages wait for their compilation. Shaders whose sizes differ with nearly every
 * model and batch have them in `struct Sizes` instead.
 */
import { expect, it } from 'vitest';
import { families } from '../../support/variants.ts';

/** The constants that have few values: flags, a number that is the same in all calls, and one of a loss's options. */
const few: Record<string, string[]> = { shuffle: ['stream'], loss: ['add_dy', 'add_dx', 'share', 'delta'] };

it.each([
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
])('%s: one pipeline serves all sizes', (name) => {
  const variants = families[name];
  expect(variants.length).toBeGreaterThan(0);
  for (const { label, code } of variants) {
    const overrides = [...code.matchAll(/^override (\w+)/gm)].map((match) => match[1]);
    expect(few[name] ?? [], label).toEqual(expect.arrayContaining(overrides));
  }
});
