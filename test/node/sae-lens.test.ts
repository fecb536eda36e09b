import { describe, expect, it } from 'vitest';
import { OptionError, ShapeError } from '../../src/errors.ts';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors.ts';
import { fromSaeLens, toSaeLens } from '../../src/models/saving/sae-lens.ts';
import { Draw } from '../support/random.ts';

type Matrices = Parameters<typeof toSaeLens>[0];

const [inputs, units] = [3, 5];
const draw = new Draw(1);
const of = (...shape: number[]) => ({ data: draw.floats(shape.reduce((p, n) => p * n, 1)), shape });
const ours: Matrices = {
  'encoder.0.weight': of(units, inputs),
  'encoder.0.bias': of(units),
  'decoder.0.weight': of(inputs, units),
  'decoder.0.bias': of(inputs),
};
const threshold = { 'encoder.1.threshold': { data: Float32Array.of(0.25), shape: [] } };

/** Pre-activations as SAELens computes them: (x − b_dec) W_enc + b_enc, or without b_dec. */
const hiddenOf = ({ W_enc, b_enc, b_dec }: Matrices, x: ArrayLike<number>, first: boolean): number[] =>
  Array.from({ length: units }, (_, j) =>
    Array.from(x).reduce((sum, v, i) => sum + (v - (first ? b_dec.data[i] : 0)) * W_enc.data[i * units + j], b_enc.data[j]),
  ); // prettier-ignore

it('has the names and shapes of SAELens, and is the same after saving and loading', () => {
  const written = toSaeLens({
    ...ours,
    ...threshold,
    'encoder.1.num_batches_tracked': of(),
    'penalty.1.idle': of(units),
  });
  expect(Object.entries(written).map(([name, { shape }]) => [name, ...shape])).toEqual([
    ['W_enc', inputs, units],
    ['b_enc', units],
    ['W_dec', units, inputs],
    ['b_dec', inputs],
    ['threshold', units],
  ]);
  expect(written.W_enc.data[1 * units + 4]).toBe(ours['encoder.0.weight'].data[4 * inputs + 1]);
  expect(written.W_dec.data[4 * inputs + 1]).toBe(ours['decoder.0.weight'].data[1 * units + 4]);
  expect([...written.threshold.data]).toEqual(Array(units).fill(0.25));
  const { tensors } = readSafetensors(writeSafetensors(written));
  expect(fromSaeLens(tensors)).toEqual({ ...ours, ...threshold });
  expect(fromSaeLens(toSaeLens(ours))).toEqual(ours);
});

it('writes zeros for missing biases', () => {
  const { 'encoder.0.weight': into, 'decoder.0.weight': outOf } = ours;
  const { b_enc, b_dec } = toSaeLens({ 'encoder.0.weight': into, 'decoder.0.weight': outOf });
  expect([b_enc, b_dec]).toEqual([units, inputs].map((size) => ({ data: new Float32Array(size), shape: [size] })));
});

it('adds the decoder’s bias to the encoder’s if it is subtracted first', () => {
  const file = toSaeLens(ours);
  const x = draw.floats(inputs);
  for (const first of [false, true]) {
    const read = fromSaeLens(file, { decoderBiasFirst: first });
    const wanted = hiddenOf(file, x, first);
    const found = wanted.map((_, j) =>
      x.reduce((sum, v, i) => sum + v * read['encoder.0.weight'].data[j * inputs + i], read['encoder.0.bias'].data[j]),
    );
    found.forEach((value, j) => expect(value).toBeCloseTo(wanted[j], 6));
  }
});

describe('is refused', () => {
  const file = toSaeLens(ours);
  const without = (all: Matrices, name: string) =>
    Object.fromEntries(Object.entries(all).filter(([each]) => each !== name));
  it.each<[string, () => unknown, typeof OptionError | typeof ShapeError, RegExp]>([
    ['another model', () => toSaeLens({ ...ours, 'decoder.1.weight': of(3, 3) }), OptionError, /^toSaeLens: .* but not decoder\.1\.weight$/],
    ['a model without a decoder', () => toSaeLens(without(ours, 'decoder.0.weight')), OptionError, /^toSaeLens: decoder\.0\.weight is missing$/],
    ['what are no matrices', () => toSaeLens({ W_enc: 3 } as never), OptionError, /takes an object of matrices/],
    ['nothing', () => fromSaeLens(undefined as never), OptionError, /takes an object of matrices/],
    ['a file without a bias', () => fromSaeLens(without(file, 'b_enc')), OptionError, /^fromSaeLens: b_enc is missing$/],
    ['a file with more', () => fromSaeLens({ ...file, W_gate: of(3, 5) }), OptionError, /takes W_enc, b_enc, W_dec, b_dec, threshold, not W_gate$/],
    ['a vector for a matrix', () => fromSaeLens({ ...file, W_enc: of(15) }), ShapeError, /^fromSaeLens: W_enc is \[15\] with 15 values, not a matrix$/],
    ['a bias of another size', () => fromSaeLens({ ...file, b_dec: of(4) }), ShapeError, /^fromSaeLens: b_dec is \[4\] with 4 values, not \[3\]$/],
    ['halves that do not fit', () => fromSaeLens({ ...file, W_dec: of(5, 4) }), ShapeError, /^fromSaeLens: a decoder of \[4, 5\] does not fit an encoder of \[5, 3\]$/],
    ['thresholds that differ', () => fromSaeLens({ ...file, threshold: { data: Float32Array.of(1, 1, 2, 1, 1), shape: [5] } }), OptionError, /^fromSaeLens: the threshold of entry 2, 2, differs from that of entry 0, 1$/],
    ['an unknown option', () => fromSaeLens(file, { transpose: true } as never), OptionError, /unknown option 'transpose'/],
    ['an option that is no flag', () => fromSaeLens(file, { decoderBiasFirst: 1 } as never), OptionError, /decoderBiasFirst must be true or false, not 1/],
  ])('%s', (_, call, kind, message) => {
    expect(call).toThrow(kind);
    expect(call).toThrow(message);
  }); // prettier-ignore
});
