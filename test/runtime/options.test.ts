import { expect, it } from 'vitest';
import { OptionError } from '../../src/errors.ts';
import { checkNumber, checkOptions } from '../../src/runtime/options.ts';

const known = ['epochs', 'batchSize', 'validation'];

it('accepts known options and refuses others, suggesting a similar one', () => {
  expect(() => checkOptions('fit', { epochs: 1, batchSize: 2 }, known)).not.toThrow();
  expect(() => checkOptions('fit', { epoch: 1 }, known)).toThrow(OptionError);
  expect(() => checkOptions('fit', { epoch: 1 }, known)).toThrow("fit: unknown option 'epoch' (did you mean epochs?)");
  expect(() => checkOptions('fit', { batch_size: 1 }, known)).toThrow('did you mean batchSize?');
  // Only what the function takes.
  expect(() => checkOptions('fit', { lr: 1 }, ['optimizer'])).toThrow('(did you mean optimizer: adam(0.001)?)');
  expect(() => checkOptions('dense', { lr: 1, batch: 2 }, ['init', 'bias'])).toThrow('; it takes init, bias');
  expect(() => checkOptions('fit', { zebra: 1 }, known)).toThrow('it takes epochs, batchSize, validation');
  expect(() => checkOptions('fit', null as never, known)).toThrow('options must be an object, not null');
});

it('accepts numbers in their range and refuses others, naming the range', () => {
  expect(checkNumber('rate', 0.5, { least: 0 })).toBe(0.5);
  expect(checkNumber('n', 3, { least: 1, most: 3, whole: true })).toBe(3);
  for (const value of [NaN, Infinity, '3', undefined, null, 2.5, 0, 4]) {
    expect(() => checkNumber('n', value, { least: 1, most: 3, whole: true })).toThrow(OptionError);
  }
  expect(() => checkNumber('n', 2.5, { least: 1, whole: true })).toThrow(
    /n: 2.5 is not a whole number .*of at least 1/,
  );
  expect(() => checkNumber('n', 0, { above: 0 })).toThrow('above 0');
});
