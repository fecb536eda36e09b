/** Data, labels and files that are wrong; see wrong.ts. */
import fc from 'fast-check';
import type { Dataset } from '../../src/index.ts';
import { not, shared, type Kind, type Wrong } from './wrong.ts';

const wrong = (value: unknown, names = ''): Wrong => ({ value, names });

const isBytes = (value: unknown): boolean => value instanceof Uint8Array;
export const isData = (value: unknown): boolean => value instanceof Float32Array || isBytes(value);

/** Rows of small numbers that are right for everything. */
export const rows = (count: number, features: number): Float32Array =>
  Float32Array.from({ length: count * features }, (_, i) => ((i * 7) % 11) / 11);

const finite = fc.constantFrom(NaN, Infinity, -Infinity);

/** One value that is no number somewhere in the rows. */
const spoilt = (count: number, features: number): Kind =>
  fc.tuple(fc.nat(count - 1), fc.nat(features - 1), finite).map(([row, column, value]) => {
    const data = rows(count, features);
    data[row * features + column] = value;
    return wrong(data, `row ${row}, column ${column}`);
  });

/** Its memory has gone to somebody else. */
function detached(): Float32Array {
  const data = rows(4, 12);
  structuredClone(data, { transfer: [data.buffer] });
  return data;
}

/** Shapes that do not belong to `rows(4, features)`. */
const misshapen = (features: number): Kind =>
  fc.oneof(
    not(
      '',
      (shape) => Array.isArray(shape) && shape.every((side) => Number.isSafeInteger(side) && Number(side) > 0),
    ).map(({ value }) => wrong({ data: rows(4, features), shape: value })),
    fc
      .array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 })
      .filter((shape) => shape.reduce((p, n) => p * n, 1) !== 4 * features)
      .map((shape) => wrong({ data: rows(4, features), shape }, `[${shape.join(', ')}]`)),
    fc
      .constantFrom([-4, -features], [4, features, 0], [4.5, features], [NaN], [4, '12'], [], [Infinity, 0], Array(2), [
        4n,
        features,
      ])
      .map((shape) => wrong({ data: rows(4, features), shape })),
  );

/** Where data of so many features are wanted, 4 rows of them at least; `gone`: a data set that was disposed, `stranger`: one on another Gpu. */
export function data(features: number, { gone, stranger }: { gone?: Dataset; stranger?: Dataset } = {}): Kind {
  const sets = [...(gone ? [wrong(gone, 'disposed')] : []), ...(stranger ? [wrong(stranger, 'another Gpu')] : [])];
  return fc.oneof(
    not('', isData),
    fc
      .integer({ min: 1, max: 99 })
      .filter((length) => length % features > 0)
      .map((length) => wrong(new Float32Array(length), `${length} values`)),
    fc
      .integer({ min: 1, max: 99 })
      .filter((length) => length % features > 0)
      .map((length) => wrong(new Uint8Array(length), `${length} values`)),
    fc
      .integer({ min: 1, max: 99 })
      .filter((width) => width !== features)
      .map((width) =>
        wrong({ data: rows(4, width), shape: [4, width] }, `${features} features, the data has ${width}`),
      ),
    fc.constantFrom(
      wrong(new Float32Array(), 'empty'),
      wrong(new Uint8Array(), 'empty'),
      wrong(detached(), 'empty'),
      ...sets,
    ),
    spoilt(4, features),
    misshapen(features),
  );
}

/** The same, in shared memory, and of a class of its own: right as well. */
export class OwnFloats extends Float32Array {}
export const alsoRight = (features: number): unknown[] => [
  shared.subarray(0, 4 * features),
  OwnFloats.from(rows(4, features)),
  rows(5, features).subarray(features),
  Object.freeze({ data: rows(4, features), shape: Object.freeze([4, features]) }),
];

/** Where a class of each of so many examples is wanted. */
export const labels = (count: number, classes: number): Kind =>
  fc.oneof(
    not('label', (value) => value instanceof Object && 'length' in value && value.length === count),
    fc
      .integer({ min: 0, max: 30 })
      .filter((length) => length !== count)
      .map((length) => wrong(new Array<number>(length).fill(0), `${count} examples, but ${length} labels`)),
    fc
      .tuple(
        fc.nat(count - 1),
        fc.constantFrom<unknown>(-1, classes, 0.5, NaN, '1', null, undefined, 1n, Symbol('label'), 2 ** 53),
      )
      .map(([at, value]) => wrong(new Array<unknown>(count).fill(0).with(at, value), `row ${at}`)),
  );

/** Where a file's bytes are wanted. */
export const bytes = (): Kind =>
  fc.oneof(
    not('Uint8Array', isBytes),
    fc.uint8Array({ maxLength: 64 }).map((value) => wrong(value)),
  );
