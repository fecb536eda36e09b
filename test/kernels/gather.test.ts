import { describe, expect, it } from 'vitest';
import { gather, scatter, type Rows } from '../../src/kernels/step.ts';
import { gather as reference } from '../reference/gather.ts';
import { expectClose } from '../support/close.ts';
import { Draw } from '../support/random.ts';
import { recording, runOne, type Inputs } from '../support/run.ts';

const examples = 13;
const order = Uint32Array.from({ length: examples }, (_, i) => (5 * i + 3) % examples);

const drawn = (seed: number, count: number, bytes: boolean) =>
  Float32Array.from(new Draw(seed).floats(count, 0, 256), bytes ? Math.floor : Number);

/** Values on the device, four of them in a word if they are bytes. */
function put(memory: Inputs, values: Float32Array, bytes: boolean) {
  if (!bytes) return memory.put(values);
  const packed = new Uint32Array(Math.ceil(values.length / 4));
  new Uint8Array(packed.buffer).set(values);
  return memory.put(packed, [packed.length], 'u32');
}

interface Reading {
  source: Rows;
  /** What the source holds. */
  values: Float32Array;
  batch: number;
  /** Where the batch begins in the epoch. */
  position: number;
  ordered?: boolean;
}

async function expectRows({ source, values, batch, position, ordered = false }: Reading): Promise<void> {
  const { columns, scale, stride } = source;
  const { memory, tape, state } = await recording({ examples, batch, position });
  const bound = ordered ? memory.put(order, [examples], 'u32') : undefined;
  const x = await runOne(tape, gather(tape, source, state, batch, bound));
  const real = Math.min(batch, examples - position);
  const wanted = reference(values, columns, batch, real, position, scale, ordered ? order : undefined, stride);
  expectClose(x, wanted, scale === 1 ? 0 : 1e-7, `from ${position}`);
}

const widths = [1, 3, 4, 5, 8, 63, 64, 65, 784];
const sources = [false, true].flatMap((bytes) => [false, true].map((ordered) => ({ bytes, ordered })));

describe.each(sources)('gather, bytes $bytes, ordered $ordered', ({ bytes, ordered }) => {
  it.each(widths)('reads rows of %i', async (columns) => {
    const { memory } = await recording();
    const values = drawn(columns, examples * columns, bytes);
    values.fill(255, 3, 5);
    const source = { data: put(memory, values, bytes), bytes, columns, scale: bytes ? 1 / 255 : 1 };
    // The first batch, one in the middle, and the last, which is short.
    for (const position of [0, 5, 10]) await expectRows({ source, values, batch: 5, position, ordered });
  });
});

describe.each([
  [false, 4],
  [false, 5],
  [true, 8],
  [true, 3],
])('gather, bytes %s, rows of %i', (bytes, columns) => {
  const values = drawn(columns, examples * columns, bytes);

  it('reads rows of a ring', async () => {
    const { memory } = await recording();
    const [window, batch] = [8, 3];
    for (const position of [0, 6, 7, 12]) {
      // What a ring holds that has just come past the batch.
      const ring = new Float32Array(window * columns);
      for (let row = 0; row < Math.min(examples, position + batch); row++)
        ring.set(values.subarray(row * columns, (row + 1) * columns), (row % window) * columns);
      const source = { data: put(memory, ring, bytes), window, bytes, columns, scale: 1 };
      await expectRows({ source, values, batch, position });
    }
  });

  it('reads each row from its piece', async () => {
    const { memory } = await recording();
    const data = [[0, 4], [4, 4], [8, 5]].map(([first, count]) => {
      const part = values.slice(first * columns, (first + count) * columns);
      return { first, count, data: put(memory, part, bytes) };
    }); // prettier-ignore
    const source = { data, bytes, columns, scale: 1 };
    for (const position of [0, 6, 12]) await expectRows({ source, values, batch: 6, position, ordered: true });
  });
});

/** Overlapping and side by side with values left out between them; rows of whole words and not; [values of a row, values from one to the next]. */
const strided = [[1, 2], [5, 1], [5, 3], [3, 7], [8, 4], [8, 2], [8, 12], [6, 4], [64, 1], [65, 64], [288, 4]]; // prettier-ignore

describe.each([false, true])('gather reads rows that overlap or have gaps, bytes %s', (bytes) => {
  it.each(strided)('of %i values, %i apart', async (columns, stride) => {
    const { memory } = await recording();
    const values = drawn(columns, (examples - 1) * stride + columns, bytes);
    const piece = (first: number, count: number) => {
      const part = values.slice(first * stride, (first + count - 1) * stride + columns);
      return { first, count, data: put(memory, part, bytes) };
    };
    for (const data of [piece(0, examples).data, [piece(0, 4), piece(4, 4), piece(8, 5)]])
      for (const ordered of [false, true])
        for (const position of [0, 6, 12])
          await expectRows({
            source: { data, bytes, columns, stride, scale: 1 },
            values,
            batch: 6,
            position,
            ordered,
          });
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
