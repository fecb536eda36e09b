import { describe, expect, it } from 'vitest';
import { gather, scatter } from '../../src/kernels/step.ts';
import { writeState } from '../../src/runtime/state.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { gather as reference } from '../reference/gather.ts';
import { expectClose } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { runOne, recording } from '../support/run.ts';

const widths = [1, 3, 4, 5, 8, 63, 64, 65, 784];
const sources = [false, true].flatMap((bytes) => [false, true].map((ordered) => ({ bytes, ordered })));

describe.each(sources)('gather, bytes $bytes, ordered $ordered', ({ bytes, ordered }) => {
  it.each(widths)('reads rows of %i', async (columns) => {
    const { gpu, memory, state } = await recording();
    const draw = new Draw(columns);
    const examples = 13;
    const values = Float32Array.from(draw.floats(examples * columns, 0, 256), bytes ? Math.floor : Number);
    values.fill(255, 3, 5);
    const packed = new Uint32Array(Math.ceil(values.length / 4));
    new Uint8Array(packed.buffer).set(values);
    const data = bytes ? memory.put(packed, [packed.length], 'u32') : memory.put(values, [examples, columns]);
    const order = Uint32Array.from({ length: examples }, (_, i) => (5 * i + 3) % examples);
    const bound = ordered ? memory.put(order, [examples], 'u32') : undefined;
    const scale = bytes ? 1 / 255 : 1;
    const batch = 5;
    // The first batch, one in the middle, and the last, which is short.
    for (const position of [0, 5, 10]) {
      writeState(gpu, state, { examples, batch, position });
      const tape = makeTape(gpu);
      const x = await runOne(tape, gather(tape, { data, bytes, columns, scale }, state, batch, bound));
      const real = Math.min(batch, examples - position);
      expectClose(
        x,
        reference(values, columns, batch, real, position, scale, ordered ? order : undefined),
        bytes ? 1e-7 : 0,
        `from ${position}`,
      );
    }
  });
});

it.each([
  [false, 4],
  [false, 5],
  [true, 8],
  [true, 3],
])('gather reads rows of a ring, bytes %s, rows of %i', async (bytes, columns) => {
  const { gpu, memory, state } = await recording();
  const [examples, window, batch] = [13, 8, 3];
  const values = Float32Array.from(new Draw(columns).floats(examples * columns, 0, 256), bytes ? Math.floor : Number);
  for (const position of [0, 6, 7, 12]) {
    // What a ring holds that has just come past the batch.
    const ring = new Float32Array(window * columns);
    for (let row = 0; row < Math.min(examples, position + batch); row++)
      ring.set(values.subarray(row * columns, (row + 1) * columns), (row % window) * columns);
    const packed = new Uint32Array(Uint8Array.from(ring).buffer);
    const data = bytes ? memory.put(packed, [packed.length], 'u32') : memory.put(ring, [window, columns]);
    writeState(gpu, state, { examples, batch, position });
    const tape = makeTape(gpu);
    const x = await runOne(tape, gather(tape, { data, window, bytes, columns, scale: 1 }, state, batch));
    const real = Math.min(batch, examples - position);
    expectClose(x, reference(values, columns, batch, real, position, 1), 0, `from ${position}`);
  }
});

it.each([
  [false, 4],
  [false, 5],
  [true, 8],
  [true, 3],
])('gather reads each row from its piece, bytes %s, rows of %i', async (bytes, columns) => {
  const { gpu, memory, state } = await recording();
  const [examples, batch] = [13, 6];
  const values = Float32Array.from(new Draw(columns).floats(examples * columns, 0, 256), bytes ? Math.floor : Number);
  const pieces = [[0, 4], [4, 4], [8, 5]].map(([first, count]) => {
    const part = values.slice(first * columns, (first + count) * columns);
    const packed = new Uint32Array(Math.ceil(part.length / 4));
    new Uint8Array(packed.buffer).set(part);
    return { first, count, data: bytes ? memory.put(packed, [packed.length], 'u32') : memory.put(part, [count, columns]) };
  }); // prettier-ignore
  const order = Uint32Array.from({ length: examples }, (_, i) => (5 * i + 3) % examples);
  const bound = memory.put(order, [examples], 'u32');
  for (const position of [0, 6, 12]) {
    writeState(gpu, state, { examples, batch, position });
    const tape = makeTape(gpu);
    const x = await runOne(tape, gather(tape, { data: pieces, bytes, columns, scale: 1 }, state, batch, bound));
    const real = Math.min(batch, examples - position);
    expectClose(x, reference(values, columns, batch, real, position, 1, order), 0, `from ${position}`);
  }
});

/** Overlapping and side by side with values left out between them; rows of whole words and not; [values of a row, values from one to the next]. */
const strided = [[1, 2], [5, 1], [5, 3], [3, 7], [8, 4], [8, 2], [8, 12], [6, 4], [64, 1], [65, 64], [288, 4]]; // prettier-ignore

describe.each([false, true])('gather reads rows that overlap or have gaps, bytes %s', (bytes) => {
  it.each(strided)('of %i values, %i apart', async (columns, stride) => {
    const { gpu, memory, state } = await recording();
    const [examples, batch] = [13, 6];
    const size = (examples - 1) * stride + columns;
    const values = Float32Array.from(new Draw(columns).floats(size, 0, 256), bytes ? Math.floor : Number);
    const put = (first: number, count: number) => {
      const part = values.slice(first * stride, (first + count - 1) * stride + columns);
      const packed = new Uint32Array(Math.ceil(part.length / 4));
      new Uint8Array(packed.buffer).set(part);
      return { first, count, data: bytes ? memory.put(packed, [packed.length], 'u32') : memory.put(part) };
    };
    const order = Uint32Array.from({ length: examples }, (_, i) => (5 * i + 3) % examples);
    const bound = memory.put(order, [examples], 'u32');
    for (const data of [put(0, examples).data, [put(0, 4), put(4, 4), put(8, 5)]])
      for (const ordered of [false, true])
        for (const position of [0, 6, 12]) {
          writeState(gpu, state, { examples, batch, position });
          const tape = makeTape(gpu);
          const source = { data, bytes, columns, stride, scale: 1 };
          const x = await runOne(tape, gather(tape, source, state, batch, ordered ? bound : undefined));
          const real = Math.min(batch, examples - position);
          const expected = reference(values, columns, batch, real, position, 1, ordered ? order : undefined, stride);
          expectClose(x, expected, 0, `from ${position}`);
        }
  });
});

it('gather reads more values than a dimension has workgroups', async () => {
  const [columns, rows] = [65537, 65];
  const { memory, tape, state } = await recording({ examples: 1, batch: rows });
  const data = memory.put(Float32Array.from({ length: columns }, (_, i) => i));
  const x = await runOne(tape, gather(tape, { data, bytes: false, columns, scale: 1 }, state, rows));
  expect(x.findIndex((v, i) => v !== i % columns)).toBe(-1);
});

describe('scatter', () => {
  it.each([1, 3, 4, 65])(
    'appends the real rows of %i to those of earlier steps, and writes nothing else',
    async (columns) => {
      const [examples, batch] = [11, 4];
      for (const { slot, position } of [
        { slot: 0, position: 0 },
        { slot: 1, position: 4 },
        { slot: 2, position: 8 },
        { slot: 1, position: 8 },
      ]) {
        const { memory, tape, state } = await recording({ examples, batch, position, slot });
        const y = new Draw(columns).floats(batch * columns);
        const out = memory.put(new Float32Array(examples * columns).fill(7), [examples, columns]);
        scatter(tape, memory.put(y, [batch, columns]), state, out, columns);
        const actual = await runOne(tape, out);
        const wanted = new Float32Array(examples * columns).fill(7);
        wanted.set(y.subarray(0, Math.min(batch, examples - position) * columns), slot * batch * columns);
        expect(actual).toEqual(wanted);
      }
    },
  );
});
