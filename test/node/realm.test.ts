/** Values of another realm, as Jest's and a frame's are: of the same classes, but of none that this realm knows. In a browser: test/data/realm.test.ts. */
import vm from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { dataset } from '../../src/data/make-dataset.ts';
import { readIdx } from '../../src/data/idx.ts';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors.ts';
import { isBytes, isError, isFloats, isOwned } from '../../src/platform.ts';
import { checkSignal } from '../../src/runtime/options.ts';
import { isPlain, toWireError, transferable } from '../../src/worker/protocol.ts';
import { packed, words } from '../support/on-stand-in.ts';
import { standIn, stubWebGpu } from '../support/stand-in.ts';

beforeAll(stubWebGpu);

const foreign = <T>(code: string): T => vm.runInNewContext(code) as T;

describe('of another realm', () => {
  it('fails instanceof', () => {
    expect(foreign<Uint8Array>('new Uint8Array(1)') instanceof Uint8Array).toBe(false);
    expect(foreign<Error>('new TypeError("x")') instanceof Error).toBe(false);
  });

  it('arrays are data, flat, with a shape, and as labels', async () => {
    const gpu = standIn();
    const floats = foreign<Float32Array>('Float32Array.of(1, 2, 3, 4)');
    const set = await dataset(gpu, floats, { shape: [2], labels: foreign<number[]>('[0, 1]') });
    expect([set.length, set.storage.bytes, set.storage.scale]).toEqual([2, false, 1]);
    const bytes = foreign<Uint8Array>('Uint8Array.of(0, 255, 128, 1)');
    const images = await dataset(gpu, { data: bytes, shape: foreign<number[]>('[2, 2]') });
    expect([images.length, images.storage.bytes, images.storage.scale]).toEqual([2, true, 1 / 255]);
    expect([await words(set.storage.pieces[0].data), await packed(images.storage.pieces[0].data)]).toEqual([
      [1, 2, 3, 4],
      [0, 255, 128, 1],
    ]);
  });

  it('bytes are files', async () => {
    const idx = foreign<Uint8Array>('Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 5)');
    expect((await readIdx(idx)).shape).toEqual([1]);
    const written = writeSafetensors({ w: { data: foreign('Float32Array.of(1.5)'), shape: foreign('[1]') } });
    const copy = foreign<(values: number[]) => Uint8Array>('(values) => Uint8Array.from(values)')([...written]);
    expect(readSafetensors(copy).tensors.w.data).toEqual(Float32Array.of(1.5));
  });

  it('a signal is recognised by its methods', () => {
    const signal = foreign(
      '({ aborted: false, addEventListener() {}, removeEventListener() {}, throwIfAborted() {} })',
    );
    expect(() => checkSignal('fit', signal)).not.toThrow();
    for (const none of [1, null, {}, foreign('({ addEventListener() {} })')])
      expect(() => checkSignal('fit', none)).toThrow(/fit: signal must be an AbortSignal/);
  });

  it('objects are plain, errors keep their names, and memory is transferred', () => {
    expect(isPlain(foreign('({})'))).toBe(true);
    expect(isPlain(foreign('Object.create(null)'))).toBe(true);
    expect(isPlain(foreign('new (class A {})()'))).toBe(false);
    expect(isPlain(foreign('new Map()'))).toBe(false);
    expect(toWireError(foreign('new TypeError("no such element")'))).toMatchObject({
      name: 'TypeError',
      message: 'no such element',
    });
    expect(toWireError('a text').message).toBe('a text');
    const data = foreign<Float32Array>('new Float32Array(4)');
    expect(transferable([{ data }])).toEqual([data.buffer]);
  });
});

it('other arrays, and objects that look like one, are neither bytes nor floats', () => {
  const others = ['Uint8ClampedArray', 'Int8Array', 'Float64Array', 'BigInt64Array'].map((kind) =>
    foreign(`new ${kind}(2)`),
  );
  for (const other of [...others, new DataView(new ArrayBuffer(8)), [1, 2], { [Symbol.toStringTag]: 'Uint8Array' }])
    expect([isBytes(other), isFloats(other)]).toEqual([false, false]);
  expect([isBytes(Buffer.from([1])), isFloats(new (class Own extends Float32Array {})(2))]).toEqual([true, true]);
  expect(isOwned(new Uint8Array(new SharedArrayBuffer(8)))).toBe(false);
  expect([isError(new DOMException('x')), isError({}), isError(null), isError('x')]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
