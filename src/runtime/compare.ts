import { computePass, type Command } from './commands.ts';
import type { Gpu } from './device.ts';
import { inSpells } from './pace.ts';
import type { BufferRange } from './tensor.ts';
import type { Tunable } from './tune.ts';

/** The buffer range of a tensor and its size. */
export type Extent = BufferRange & { readonly bytes: number };

/** The most bytes that are compared, at the end of longer results: faults at a tile's edge show in the last ones. */
const mostBytes = 2 ** 21;

/** The number of values between two looks at the clock. */
const stretch = 2 ** 13;

/** Nonzero numbers between -1 and 1; a prime number of them, so that no row length makes all rows alike. */
function filling(): Float32Array<ArrayBuffer> {
  const values = new Float32Array(65_521);
  for (let i = 0; i < values.length; i++) values[i] = (((i * 40_503 + 1) % 65_536) - 32_767.5) / 32_768;
  return values;
}

/** Fills tensors with numbers, the same each time. */
async function fill(gpu: Gpu, extents: readonly Extent[]): Promise<void> {
  const values = filling();
  for (const { buffer, offset, bytes } of extents) {
    for await (const at of inSpells(bytes, values.byteLength))
      gpu.device.queue.writeBuffer(buffer, offset + at, values, 0, Math.min(values.length, (bytes - at) / 4));
  }
}

/** The output of a command, written over numbers that reveal what it leaves out or adds to. */
async function resultsOf(gpu: Gpu, command: Command, outputs: readonly Extent[]): Promise<Float32Array> {
  await fill(gpu, outputs);
  await gpu.uncounted((encoder) => {
    const pass = computePass(encoder);
    pass.encode(command);
    pass.end();
  });
  const ends = outputs.flatMap(({ buffer, offset, bytes }) =>
    bytes <= 2 * mostBytes
      ? [{ buffer, offset, bytes }]
      : [offset, offset + bytes - mostBytes].map((at) => ({ buffer, offset: at, bytes: mostBytes })),
  );
  return new Float32Array(await gpu.readBytes(ends, false));
}

/**
 * Whether results differ by more than rounding. Sums of k products differ by about √k 2⁻²⁴ of their size if they are
 * added in another order or with other roundings; one product too many or too few makes 1/√k.
 */
export async function differ(a: Float32Array, b: Float32Array): Promise<boolean> {
  let [squares, finite] = [0, 0];
  for await (const start of inSpells(a.length, stretch)) {
    for (const value of a.subarray(start, start + stretch)) {
      if (!Number.isFinite(value)) continue;
      squares += value * value;
      finite++;
    }
  }
  const size = Math.sqrt(squares / finite);
  const apart = (value: number, other: number) =>
    !Object.is(value, other) && !(Number.isFinite(value) && Math.abs(value - other) <= 1e-3 * (Math.abs(value) + size));
  for await (const start of inSpells(a.length, stretch)) {
    const others = b.subarray(start);
    if (a.subarray(start, start + stretch).some((value, i) => apart(value, others[i]))) return true;
  }
  return false;
}

/** Returns the commands, by way, whose results agree with those of the first, and the ways of the others. */
export async function rightOf(
  gpu: Gpu,
  commands: ReadonlyMap<string, Command>,
  { inputs, outputs }: Pick<Tunable, 'inputs' | 'outputs'>,
): Promise<{ right: ReadonlyMap<string, Command>; wrong: readonly string[] }> {
  if (commands.size < 2) return { right: commands, wrong: [] };
  const right = new Map<string, Command>();
  const wrong: string[] = [];
  let expected: Float32Array | undefined;
  await fill(gpu, inputs);
  for (const [way, command] of commands) {
    const results = await resultsOf(gpu, command, outputs);
    if (expected && (await differ(expected, results))) wrong.push(way);
    else right.set(way, command);
    expected ??= results;
  }
  return { right, wrong };
}
