import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as lib from '../../src/index.ts';
import { alsoRight, bytes, data, rows } from '../support/wrong-data.ts';
import {
  isList,
  callback,
  flag,
  gpuKind,
  isSides,
  not,
  number,
  oneOf,
  optional,
  options,
  ownGpu,
  refuseAll,
  seed,
  whole,
  word,
  type Kind,
  type Target,
  weightsOf,
} from '../support/wrong.ts';

const wrong = (value: unknown, names = '') => ({ value, names });

/** Scores that are none, or hold something that is no number. */
const scores = (names: string): Kind =>
  fc.oneof(
    not(names, isList),
    oneOf(names, [], new Float32Array(), new Float64Array(), new BigInt64Array(6)),
    fc
      .tuple(fc.nat(5), fc.constantFrom<unknown>(NaN, Infinity, '1', null, undefined, 1n, Symbol('score'), {}, true))
      .map(([at, value]) => wrong(new Array<unknown>(6).fill(0.5).with(at, value), `score ${at}`)),
  );

/** Six labels of two kinds. */
const anomalies: Kind = fc.oneof(
  not('labels', isList),
  fc
    .integer({ min: 0, max: 20 })
    .filter((length) => length !== 6)
    .map((length) => wrong(new Array(length).fill(0), `6 scores, but ${length} labels`)),
  fc
    .tuple(fc.nat(5), fc.constantFrom<unknown>(2, -1, NaN, '1', null, undefined, 1n, Symbol('label')))
    .map(([at, value]) => wrong(new Array<unknown>(6).fill(0).with(at, value), `label ${at}`)),
  oneOf('all 6 labels are', [0, 0, 0, 0, 0, 0], new Uint8Array(6).fill(1)),
);

const codes = { data: rows(6, 3), shape: [6, 3] };
/** Matrices of codes that are none, or of another width than three. */
const matrix = (names: string): Kind =>
  fc.oneof(
    not(names, () => false),
    not(names, () => false).map(({ value }) => wrong({ data: rows(6, 3), shape: value }, names)),
    not(names, () => false).map(({ value }) => wrong({ data: value, shape: [6, 3] }, names)),
    fc
      .integer({ min: 1, max: 20 })
      .filter((width) => width !== 3)
      .map((width) => wrong({ data: rows(6, width), shape: [6, width] }, `${width}`)),
    fc
      .tuple(fc.nat(5), fc.nat(2), fc.constantFrom(NaN, Infinity))
      .map(([row, column, value]) =>
        wrong({ data: rows(6, 3).with(row * 3 + column, value), shape: [6, 3] }, `row ${row}, column ${column}`),
      ),
    oneOf(
      names,
      { data: rows(6, 3), shape: [-6, -3] },
      { data: rows(6, 3), shape: [4.5, 4] },
      { data: rows(6, 3), shape: ['6', 3] },
      { data: new Float64Array(18), shape: [6, 3] },
    ),
  );

const votes: Kind = fc.oneof(
  not('labels', isList),
  oneOf('6 codes, but', [], [1, 2], new Int32Array(7)),
  fc
    .tuple(fc.nat(5), fc.constantFrom<unknown>(-1, 0.5, NaN, '1', null, undefined, 1n, Symbol('label')))
    .map(([at, value]) => wrong(new Array<unknown>(6).fill(0).with(at, value), `label ${at}`)),
);

const tensors = { w: { data: rows(2, 3), shape: [2, 3] } };
const file = 'data:application/octet-stream;base64,AAAIAQAAAAIBAg==';
const signal = optional(not('signal', (value) => value instanceof AbortSignal));

describe('data', () => {
  it('that are wrong are refused, without memory left on the device', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const set = await lib.dataset(gpu, rows(4, 12), { shape: [12], labels: [0, 1, 0, 1] });
    const freed = (made: lib.Dataset) => made.dispose();
    const labels = fc.oneof(
      not('label', isList),
      oneOf('4 examples, but', [], [1], new Int32Array(5)),
      fc
        .tuple(fc.nat(3), fc.constantFrom<unknown>(0.5, NaN, '1', null, undefined, 1n, Symbol('label'), 2 ** 31))
        .map(([at, value]) => wrong([0, 1, 2, 3].with(at, value as number), `row ${at}`)),
    );
    const targets: Record<string, Target> = {
      dataset: {
        call: (gpu: lib.Gpu, source: never, o: object) => lib.dataset(gpu, source, o).then(freed),
        good: [gpu, rows(4, 12), { shape: [12] }],
        wrong: [
          gpuKind,
          data(12).filter(({ names }) => !names.includes('features, the data has')),
          options(
            { shape: [12] },
            {
              shape: fc.oneof(not('shape', isSides), oneOf('48 values', [5], [7, 7], [49], [2 ** 40])),
              labels: optional(labels),
              weights: optional(weightsOf(4, 'examples')),
              scale: optional(number('scale')),
              deviceBytes: optional(fc.oneof(number('deviceBytes', { least: 1 }), oneOf('deviceBytes', 1, 150))),
            },
          ),
        ],
      },
      'dataset, called': {
        call: (source: never) => lib.dataset(gpu, source, { shape: [12] }).then(freed),
        good: [() => rows(4, 12)],
        wrong: [
          data(12)
            .filter(({ names }) => !names.includes('features, the data has'))
            .map(({ value, names }) => wrong(() => value, names)),
        ],
      },
      series: {
        call: (gpu: lib.Gpu, values: never, o: never) => lib.series(gpu, values, o).then(freed),
        good: [gpu, rows(4, 12), { length: 4 }],
        wrong: [
          gpuKind,
          not('Float32Array', (value) => value instanceof Float32Array),
          options(
            { length: 4 },
            {
              length: fc.oneof(whole('length', { least: 1 }), oneOf('a window has', 49, 2 ** 40)),
              stride: optional(whole('stride', { least: 1 })),
              channels: optional(fc.oneof(whole('channels', { least: 1 }), oneOf('48 values', 5, 7, 49))),
              labels: optional(fc.oneof(not('label', isList), oneOf('45 examples, but', [], [1], new Int32Array(46)))),
              deviceBytes: optional(fc.oneof(number('deviceBytes', { least: 1 }), oneOf('deviceBytes', 1, 127))),
            },
          ),
        ],
      },
      take: {
        call: (n: number) => set.take(n).dispose(),
        good: [2],
        wrong: [whole('take', { least: 1, most: 4 })],
        throws: true,
      },
      filter: {
        call: (keep: () => boolean) => set.filter(keep).dispose(),
        good: [() => true],
        wrong: [
          fc.oneof(
            callback('filter'),
            oneOf('no example is left', () => false),
          ),
        ],
        throws: true,
      },
      split: {
        call: (fraction: number, o: object) => set.split(fraction, o).forEach(freed),
        good: [0.5, {}],
        wrong: [
          fc.oneof(number('fraction', { above: 0, most: 1 }), oneOf('leaves one side empty', 1, 0.01, 0.99)),
          options({}, { seed: optional(seed()) }),
        ],
        throws: true,
      },
    };
    await refuseAll(task, 'dataset and its views', targets, gpu, [150, 10_000]);
    expect(gpu.memory().buffers).toBe(1);
    set.dispose();
  });

  it('in shared memory, of subclasses, within larger arrays and frozen are accepted, and give the same codes', async () => {
    const gpu = await ownGpu();
    const { dense } = lib;
    const model = await lib.autoencoder(gpu, { input: 12, encoder: [dense(5)], decoder: [dense(12)], loss: 'mse' });
    for (const given of alsoRight(12) as lib.Matrix[]) {
      const values = given.data ?? given;
      expect(await model.encode(given)).toEqual(
        await model.encode({
          data: Float32Array.from(values, (v) => (given instanceof Uint8Array ? v / 255 : v)),
          shape: [4, 12],
        }),
      );
    }
    model.dispose();
  });

  it('for readers, scores and neighbours', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const pair = { codes, queries: codes, k: 2 };
    const neighbors = { codes: matrix('codes'), queries: matrix('queries'), k: whole('k', { least: 1, most: 6 }) };
    const ranked = [scores('scores'), anomalies];
    const six = [0.1, 0.9, 0.3, 0.4, 0.5, 0.2];
    const windows = {
      ...{ length: 6, indices: Uint32Array.of(0, 1, 2, 3, 4, 5) },
      series: { steps: 12, length: 7, stride: 1, channels: 1 },
    };
    const targets: Record<string, Target> = {
      readIdx: { call: lib.readIdx, good: [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5)], wrong: [bytes()] },
      readSafetensors: {
        call: lib.readSafetensors,
        good: [lib.writeSafetensors(tensors)],
        wrong: [bytes()],
        throws: true,
      },
      writeSafetensors: {
        call: lib.writeSafetensors,
        good: [tensors, { format: 'pt' }],
        wrong: [
          fc.oneof(
            not('tensors', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
            not('w', () => false).map(({ value, names }) => wrong({ w: value }, names)),
            not('w', () => false).map(({ value, names }) => wrong({ w: { data: value, shape: [2, 3] } }, names)),
            not('w', () => false).map(({ value, names }) => wrong({ w: { data: rows(2, 3), shape: value } }, names)),
          ),
          optional(
            fc.oneof(
              not('metadata', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
              oneOf('metadata', { a: 1 }, { a: null }),
            ),
          ),
        ],
        throws: true,
      },
      readCsv: {
        call: lib.readCsv,
        good: ['a,b\n1,2', {}],
        wrong: [
          not('text', (value) => typeof value === 'string'),
          options(
            {},
            {
              header: optional(flag('header')),
              delimiter: optional(word('delimiter', [',', ';', '\t'])),
              label: optional(
                not('column', (value) => ['a', 'b', 0, 1].includes(value as string) || Object.is(value, -0)),
              ),
            },
          ),
        ],
        throws: true,
      },
      readTable: {
        call: lib.readTable,
        good: ['a,b\n1,2', {}],
        wrong: [
          not('takes a text', (value) => typeof value === 'string' || value instanceof Uint8Array),
          options(
            {},
            {
              header: optional(flag('header')),
              delimiter: optional(not('delimiter', (value) => typeof value === 'string' && /^[\t -~]$/.test(value))),
              decimal: optional(word('decimal', ['.', ','])),
              dateOrder: optional(word('dateOrder', ['dmy', 'mdy'])),
              maxRows: optional(whole('maxRows', { least: 1 })),
              onProgress: optional(callback('onProgress')),
              signal,
            },
          ),
        ],
      },
      fetchIdx: {
        call: lib.fetchIdx,
        good: [file, {}],
        wrong: [
          not('url', (value) => typeof value === 'string' || value instanceof URL),
          options({}, { onProgress: optional(callback('onProgress')), signal }),
        ],
      },
      nearestNeighbors: { call: lib.nearestNeighbors, good: [gpu, pair], wrong: [gpuKind, options(pair, neighbors)] },
      knnPredict: {
        call: lib.knnPredict,
        good: [gpu, { ...pair, labels: [0, 1, 2, 0, 1, 2] }],
        wrong: [gpuKind, options({ ...pair, labels: [0, 1, 2, 0, 1, 2] }, { ...neighbors, labels: votes })],
      },
      timeline: {
        call: lib.timeline,
        good: [six, windows, {}],
        wrong: [
          fc.oneof(
            not('scores', isList),
            oneOf('6 windows', [], new Float32Array(5), new Float64Array(41)),
            fc
              .tuple(fc.nat(5), fc.constantFrom<unknown>(NaN, '1', null, undefined, 1n, Symbol('score'), {}, true))
              .map(([at, value]) => wrong(new Array<unknown>(6).fill(0.5).with(at, value), `score ${at}`)),
          ),
          not('series', () => false),
          options({}, { combine: optional(word('combine', ['mean', 'min', 'max'])) }),
        ],
        throws: true,
      },
      intervals: {
        call: lib.intervals,
        good: [six, 0.5, {}],
        wrong: [
          fc.oneof(
            not('timeline', isList),
            fc
              .tuple(fc.nat(5), fc.constantFrom<unknown>('1', null, undefined, 1n, Symbol('step'), {}, true))
              .map(([at, value]) => wrong(new Array<unknown>(6).fill(0.5).with(at, value), `step ${at}`)),
          ),
          number('threshold'),
          options(
            {},
            { minLength: optional(whole('minLength', { least: 1 })), gap: optional(whole('gap', { least: 0 })) },
          ),
        ],
        throws: true,
      },
      threshold: {
        call: lib.threshold,
        good: [six, { contamination: 0.1 }],
        wrong: [
          scores('scores'),
          options({ contamination: 0.1 }, { contamination: number('contamination', { above: 0, most: 0.5 }) }),
        ],
        throws: true,
      },
      rocCurve: { call: lib.rocCurve, good: [six, [0, 1, 0, 1, 0, 1]], wrong: ranked, throws: true },
      rocAuc: { call: lib.rocAuc, good: [six, [0, 1, 0, 1, 0, 1]], wrong: ranked, throws: true },
    };
    await refuseAll(task, 'readers, scores and neighbours', targets, gpu, [100, 10_000]);
  });
});
