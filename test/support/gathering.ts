/** What the tests of `gather` have in common. */
import { gather, type Rows } from '../../src/kernels/step.ts';
import { gather as reference } from '../reference/gather.ts';
import { expectClose } from './close.ts';
import { Draw } from './random.ts';
import { recording, runOne, type Inputs } from './run.ts';

export const examples = 13;
const order = Uint32Array.from({ length: examples }, (_, i) => (5 * i + 3) % examples);

export const drawn = (seed: number, count: number, bytes: boolean) =>
  Float32Array.from(new Draw(seed).floats(count, 0, 256), bytes ? Math.floor : Number);

/** Values on the device, four of them in a word if they are bytes. */
export function put(memory: Inputs, values: Float32Array, bytes: boolean) {
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

export async function expectRows({ source, values, batch, position, ordered = false }: Reading): Promise<void> {
  const { columns, scale, stride } = source;
  const { memory, tape, state } = await recording({ examples, batch, position });
  const bound = ordered ? memory.put(order, [examples], 'u32') : undefined;
  const x = await runOne(tape, gather(tape, source, state, batch, bound));
  const real = Math.min(batch, examples - position);
  const wanted = reference(values, columns, batch, real, position, scale, ordered ? order : undefined, stride);
  expectClose(x, wanted, scale === 1 ? 0 : 1e-7, `from ${position}`);
}

export const sources = [false, true].flatMap((bytes) => [false, true].map((ordered) => ({ bytes, ordered })));

/** Rows of so many values come as they are, or in an order. */
export async function expectWidth(columns: number, { bytes, ordered }: (typeof sources)[number]): Promise<void> {
  const { memory } = await recording();
  const values = drawn(columns, examples * columns, bytes);
  values.fill(255, 3, 5);
  const source = { data: put(memory, values, bytes), bytes, columns, scale: bytes ? 1 / 255 : 1 };
  // The first batch, one in the middle, and the last, which is short.
  for (const position of [0, 5, 10]) await expectRows({ source, values, batch: 5, position, ordered });
}

/** Rows that begin so many values apart come from one piece of data or several. */
export async function expectStrided(columns: number, stride: number, bytes: boolean): Promise<void> {
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
}
