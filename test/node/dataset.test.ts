/** What happens to data on this side, on a stand-in that only keeps buffers. What is trained of it is in test/data. */
import { beforeAll, describe, expect, it } from 'vitest';
import { asDataset } from '../../src/data/as-dataset.ts';
import { checkProbabilities } from '../../src/data/range.ts';
import { dataset, type DataSource } from '../../src/data/make-dataset.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { putLabelled } from '../../src/data/labelled.ts';
import { needsCondition, putExamples, type Examples } from '../../src/data/labels.ts';
import { DataError, OptionError, ShapeError } from '../../src/errors.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { count, floats, packed, refused, withSmallBuffers, words, type Refusal } from '../support/on-stand-in.ts';
import { errorOf } from '../support/error-of.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);

/** As if its device had been lost, and the Gpu had another one. */
const lose = (set: Dataset, piece: number) =>
  Object.defineProperty(set.storage.pieces[piece].data, 'gone', { value: true, configurable: true });

describe('data on the device', () => {
  it('are bytes, padded to a whole word, or floats', async () => {
    const gpu = standIn();
    for (const length of [4, 5, 6, 7, 8]) {
      const [piece] = (await dataset(gpu, Uint8Array.from(count(length + 3, 1)).subarray(3), { shape: [1] })).storage
        .pieces;
      expect([piece.first, piece.count, piece.data.dtype]).toEqual([0, length, 'u32']);
      expect((await packed(piece.data)).slice(0, 4 * Math.ceil(length / 4))).toEqual([
        ...count(length, 4),
        ...Array<number>((8 - length) % 4).fill(0),
      ]);
    }
    const [piece] = (await dataset(gpu, floats(9).subarray(3), { shape: [2] })).storage.pieces;
    expect([piece.first, piece.count, piece.data.dtype, piece.data.label, await words(piece.data)]).toEqual([
      0,
      3,
      'f32',
      'data',
      count(6, 3),
    ]);
  });

  it.each([{ maxBufferSize: 600 }, { maxStorageBufferBindingSize: 600 }])(
    'are pieces of whole examples, in fours, if buffers are small: %o',
    async (limits) => {
      const gpu = withSmallBuffers(limits);
      // 512 bytes hold 10 examples of 12 floats, of which 8 are whole words of bytes, too.
      const { pieces } = (await dataset(gpu, floats(12 * 19), { shape: [12] })).storage;
      expect(pieces.map(({ first, count }) => [first, count])).toEqual([
        [0, 8],
        [8, 8],
        [16, 3],
      ]);
      expect(await words(pieces[1].data)).toEqual(count(96, 96));
      expect(await words(pieces[2].data)).toEqual(count(36, 192));
      const even = await dataset(gpu, floats(12 * 16), { shape: [12] });
      expect(even.storage.pieces.map(({ count }) => count)).toEqual([8, 8]);
    },
  );

  it('are freed if a later piece has no room, and with the data set', async () => {
    const gpu = withSmallBuffers({ maxBufferSize: 600 });
    const { queue } = gpu.device;
    const write = queue.writeBuffer.bind(queue);
    let writes = 0;
    queue.writeBuffer = (...args: Parameters<typeof write>) => {
      if (++writes > 1) throw new Error('no room');
      write(...args);
    };
    expect((await errorOf(dataset(gpu, floats(12 * 19), { shape: [12] }))).message).toBe('no room');
    expect(gpu.memory().buffers).toBe(0);
    queue.writeBuffer = write;
    const set = await dataset(gpu, floats(12 * 19), { shape: [12] });
    expect(gpu.memory().buffers).toBe(3);
    set.dispose();
    expect([gpu.memory().buffers, set.disposed]).toEqual([0, true]);
  });

  it('come from a function, and are uploaded again to a new device', async () => {
    const gpu = standIn();
    const given: (Uint8Array | Float32Array)[] = [floats(4), floats(4), floats(6), new Uint8Array(4)];
    const set = await dataset(gpu, async () => given.shift()!, { shape: [2] });
    await set.bringBack();
    expect(given.length).toBe(3);
    lose(set, 0);
    await set.bringBack();
    expect([given.length, set.storage.pieces[0].data.gone, await words(set.storage.pieces[0].data)]).toEqual([
      2,
      false,
      count(4),
    ]);
    for (const now of [6, 4]) {
      lose(set, 0);
      expect(await errorOf(set.bringBack())).toEqual(
        new DataError(`dataset: its source returned 4 values before, but now ${now}`),
      );
    }
  });

  it('are uploaded again once for all who wait, and not for a disposed data set', async () => {
    const made = async () => {
      const gpu = withSmallBuffers({ maxBufferSize: 600 });
      const set = await dataset(gpu, floats(12 * 16), { shape: [12] });
      // One of two pieces is enough.
      lose(set, 1);
      return { gpu, set };
    };
    const { gpu, set } = await made();
    await Promise.all([set.bringBack(), set.bringBack()]);
    // Those that are lost count until the Gpu has another device.
    expect([gpu.memory().buffers, await words(set.storage.pieces[1].data)]).toEqual([4, count(96, 96)]);
    const gone = await made();
    const coming = gone.set.bringBack();
    gone.set.dispose();
    await coming;
    expect(gone.gpu.memory().buffers).toBe(0);
  });
});

describe('its shape', () => {
  const shapes: [DataSource, number[] | undefined, length: number, shape: number[]][] = [
    [floats(12), [2, 3], 2, [2, 3]],
    [{ data: floats(12), shape: [2, 2, 3] }, undefined, 2, [2, 3]],
    [{ data: floats(3), shape: [3] }, undefined, 3, [1]],
    [{ data: new Uint8Array(12), shape: [4, 3] }, [6], 2, [6]],
  ];
  it.each(shapes)('%o with %o', async (source, shape, length, example) => {
    const set = await dataset(standIn(), source, { shape });
    expect([set.length, set.shape, set.features]).toEqual([
      length,
      example,
      example.reduce((product, n) => product * n, 1),
    ]);
  });

  it('and its values are a copy if memory is shared', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(16)).fill(1);
    const set = await dataset(standIn(), shared, { shape: [2], deviceBytes: 1e6 });
    expect((await set.storage.again()).buffer).toBeInstanceOf(ArrayBuffer);
    const own = floats(4);
    expect(await (await dataset(standIn(), own, { shape: [2] })).storage.again()).toBe(own);
  });
});

const make = (source: unknown, options?: object) => () => dataset(standIn(), source as DataSource, options);
const notFlat = 'dataset: takes a Uint8Array, a Float32Array, or one of them as `data` with its `shape`';
const noShape = (shape: string, of: string) =>
  `dataset: ${shape} is not a shape of ${of}: every dimension is a whole number of at least 1`;
const wrong: Refusal[] = [
  ['no data', make(undefined), DataError, notFlat],
  ['a plain list', make([1, 2]), DataError, notFlat],
  ['a plain list with its shape', make({ data: [1, 2], shape: [2] }), DataError, notFlat],
  ['none', make(new Float32Array(0), { shape: [1] }), DataError, 'dataset: the data is empty'],
  ['no shape', make(floats(2)), OptionError, 'dataset: a flat array needs the `shape` of one example'],
  ['a shape of no sides', make(floats(2), { shape: [] }), ShapeError, noShape('[]', 'an example')],
  ['a shape of half a side', make(floats(2), { shape: [0.5] }), ShapeError, noShape('[0.5]', 'an example')],
  ['a whole of no sides', make({ data: floats(2), shape: [] }), ShapeError, noShape('[]', 'the data')],
  ['another whole', make({ data: floats(2), shape: [3, 1] }), ShapeError, 'dataset: a shape of [3, 1], but 2 values'],
  [
    'half an example',
    make(floats(7), { shape: [2, 3] }),
    ShapeError,
    'dataset: 7 values are not a whole number of examples of [2, 3] (6 values each)',
  ],
  ['a NaN', make(Float32Array.of(1, 2, 3, NaN), { shape: [2] }), DataError, 'dataset: NaN at row 1, column 1'],
  [
    'an infinity',
    make(Float32Array.of(1, 2, -Infinity, 3), { shape: [2] }),
    DataError,
    'dataset: -Infinity at row 1, column 0',
  ],
  [
    'labels that are no list',
    make(floats(4), { shape: [2], labels: 7 }),
    OptionError,
    'dataset: labels: takes a list of numbers, not 7',
  ],
  ['labels too few', make(floats(4), { shape: [2], labels: [1] }), ShapeError, 'dataset: 2 examples, but 1 labels'],
  [
    'half a label',
    make(floats(4), { shape: [2], labels: [1, 0.5] }),
    DataError,
    'dataset: the label of row 1 is 0.5, not a whole number of 32 bits',
  ],
  [
    'a label in words',
    make(floats(4), { shape: [2], labels: ['1', 2] }),
    DataError,
    "dataset: the label of row 0 is '1', not a whole number of 32 bits",
  ],
  [
    'a label past 32 bits',
    make(floats(4), { shape: [2], labels: [0, 2 ** 31] }),
    DataError,
    'dataset: the label of row 1 is 2147483648, not a whole number of 32 bits',
  ],
  ['a scale in words', make(floats(4), { shape: [2], scale: '1' }), OptionError, "dataset: scale: '1' is not a number"],
  [
    'another option',
    make(floats(4), { shape: [2], label: [1, 2] }),
    OptionError,
    "dataset: unknown option 'label' (did you mean labels?)",
  ],
  [
    'no Gpu',
    () => dataset(undefined as never, floats(2), { shape: [1] }),
    OptionError,
    'dataset: takes a Gpu, as openGpu gives it, not undefined',
  ],
];
it.each(wrong)('%s is refused', async (_, ...refusal) => refused(...refusal));

describe('probabilities', () => {
  const check = async (values: DataSource, scale?: number) =>
    checkProbabilities(await dataset(standIn(), values, { shape: [2], scale }));
  const outside = "is outside [0, 1]; scale the data, or use loss: 'mse'";
  const wrong: Refusal[] = [
    ['below', () => check(Float32Array.of(0, 1, 0.5, -0.25)), DataError, `bce: -0.25 at row 1, column 1 ${outside}`],
    [
      'below, several times',
      () => check(Float32Array.of(0, -1, -1, 2)),
      DataError,
      `bce: -1 at row 0, column 1 ${outside}`,
    ],
    [
      'above, several times',
      () => check(Float32Array.of(0, 0, 2, 2)),
      DataError,
      `bce: 2 at row 1, column 0 ${outside}`,
    ],
    [
      'below by its scale',
      () => check(Float32Array.of(0, 0.5, -0.25, 1), 2),
      DataError,
      `bce: -0.5 at row 1, column 0 ${outside}`,
    ],
    ['above', () => check(Float32Array.of(0, 1, 1.5, 0)), DataError, `bce: 1.5 at row 1, column 0 ${outside}`],
    [
      'above by its scale',
      () => check(Float32Array.of(0, 0.5, 0.75, 1), 2),
      DataError,
      `bce: 2 at row 1, column 1 ${outside}`,
    ],
    [
      'below by a scale below 0',
      () => check(Float32Array.of(0, 0, 0.5, 0), -2),
      DataError,
      `bce: -1 at row 1, column 0 ${outside}`,
    ],
    [
      'above by a scale below 0',
      () => check(Float32Array.of(-2, 0, 0, 0), -2),
      DataError,
      `bce: 4 at row 0, column 0 ${outside}`,
    ],
  ];
  it.each(wrong)('%s', async (_, ...refusal) => refused(...refusal));

  it('are all bytes, and values in [0, 1]', async () => {
    await check(Uint8Array.of(0, 255));
    await check(Float32Array.of(0, 1));
    await check(Float32Array.of(-1, 0), -1);
  });
});

describe('any kind of data, for a model', () => {
  const shape = [2, 1];
  const as = (data: unknown, gpu = standIn()) => asDataset('fit', gpu, data as Dataset, shape);

  it('are uploaded and freed, or are on the device and stay', async () => {
    const gpu = standIn();
    for (const data of [floats(4), new Uint8Array(4), { data: floats(4), shape: [2, 2] }]) {
      const { set, release } = await as(data, gpu);
      expect([set.length, set.shape, gpu.memory().buffers]).toEqual([2, shape, 1]);
      release();
      expect(gpu.memory().buffers).toBe(0);
    }
    const own = await dataset(gpu, floats(4), { shape: [2] });
    const { set, release } = await as(own, gpu);
    release();
    expect([set, own.disposed]).toEqual([own, false]);
  });

  const lost = async (change: (set: Dataset) => Dataset) => {
    const gpu = standIn();
    return as(change(await dataset(gpu, floats(6), { shape: [2] })), gpu);
  };
  const wrong: Refusal[] = [
    [
      'on another device',
      async () => as(await dataset(standIn(), floats(4), { shape: [2] })),
      DataError,
      'fit: the data set is on another Gpu than the model',
    ],
    ['disposed', () => lost((set) => (set.dispose(), set)), DataError, 'fit: the data set was disposed'],
    ['of other features, a data set', async () => { const gpu = standIn(); return as(await dataset(gpu, floats(6), { shape: [3] }), gpu); }, ShapeError, 'fit: the model takes 2 features, the data has 3'], // prettier-ignore
    [
      'of other features',
      () => as({ data: floats(6), shape: [2, 3] }),
      ShapeError,
      'fit: the model takes 2 features, the data has 3 ([2, 3])',
    ],
    [
      'of half an example',
      () => as(floats(5)),
      ShapeError,
      'dataset: 5 values are not a whole number of examples of [2, 1] (2 values each)',
    ],
    ['none', () => as(null), DataError, notFlat],
  ];
  it.each(wrong)('%s is refused', async (_, ...refusal) => refused(...refusal));
});

describe('with labels', () => {
  const put = (labels: unknown, gpu = standIn()) =>
    putLabelled('fit', gpu, { data: floats(6), labels: labels as number[] }, [2], 3);

  it('are uploaded with them, and both are freed', async () => {
    const gpu = standIn();
    const { set, release } = await put([2, 0, 1], gpu);
    expect([await words(set.storage.targets!), gpu.memory().buffers]).toEqual([[2, 0, 1], 2]);
    release();
    expect(gpu.memory().buffers).toBe(0);
    const own = await dataset(gpu, floats(6), { shape: [2], labels: [1, 1, 2] });
    const labelled = await putLabelled('fit', gpu, own, [2], 3);
    expect(await words(labelled.set.storage.targets!)).toEqual([1, 1, 2]);
    labelled.release();
    expect([gpu.memory().buffers, own.disposed]).toEqual([1, false]);
  });

  it('are refused if they are missing or invalid, without memory left on the device', async () => {
    const gpu = standIn();
    const needs = 'fit: needs a label for each example: a list of whole numbers';
    const cases: [unknown, new (message: string) => Error, string][] = [
      [undefined, OptionError, needs],
      [7, OptionError, needs],
      [[0, 1], ShapeError, 'fit: 3 examples, but 2 labels'],
      [[0, 1, 3], DataError, 'fit: the label of row 2 is 3, not one of the 3 classes 0 to 2'],
      [[0, -1, 2], DataError, 'fit: the label of row 1 is -1, not one of the 3 classes 0 to 2'],
      [[0.5, 1, 2], DataError, 'fit: the label of row 0 is 0.5, not one of the 3 classes 0 to 2'],
    ];
    for (const [labels, kind, message] of cases) await refused(() => put(labels, gpu), kind, message);
    await refused(() => putLabelled('fit', gpu, undefined as never, [2], 3), OptionError, needs);
    expect(gpu.memory().buffers).toBe(0);
  });
});

describe('for a model that may have a condition', () => {
  const put = (gpu: Gpu, data: unknown, classes?: number) =>
    putExamples('fit', gpu, data as Examples, [2], { classes });
  const unasked = 'fit: labels are only for a model that was made with condition: { classes }';
  const missing =
    'fit: the model has a condition of 3 classes and needs labels: give a data set made with `labels`, or { data, labels }; to decode, decode(codes, { labels })';

  it('labels are used if there are classes: beside values, beside a matrix, and of a data set', async () => {
    const gpu = standIn();
    const matrix = { data: floats(6), shape: [3, 2] };
    const set = await dataset(gpu, floats(6), { shape: [2], labels: [2, 0, 1] });
    const labels = [2, 0, 1];
    for (const given of [{ data: floats(6), labels }, { data: matrix, labels }, { ...matrix, labels }, set]) {
      const placed = await put(gpu, given, 3);
      expect(await words(placed.set.storage.targets!)).toEqual(labels);
      placed.release();
    }
    set.dispose();
    expect(gpu.memory().buffers).toBe(0);
  });

  it('labels of a matrix or of a data set are ignored if there are no classes', async () => {
    const gpu = standIn();
    const placed = await put(gpu, { data: floats(6), shape: [3, 2], labels: [2, 0, 1] });
    expect([placed.set.length, placed.set.storage.targets]).toEqual([3, undefined]);
    placed.release();
    const set = await dataset(gpu, floats(6), { shape: [2], labels: [2, 0, 1] });
    const own = await put(gpu, set);
    expect(own.set.length).toBe(3);
    own.release();
    expect(set.disposed).toBe(false);
  });

  it('unexpected labels and missing labels are refused', async () => {
    const gpu = standIn();
    await refused(() => put(gpu, { data: floats(6), labels: [2, 0, 1] }), OptionError, unasked);
    expect(needsCondition('fit')).toBe(unasked);
    for (const data of [floats(6), { data: floats(6) }, { data: floats(6), shape: [3, 2] }, null])
      await refused(() => put(gpu, data, 3), OptionError, missing);
    expect(gpu.memory().buffers).toBe(0);
  });
});
