import { expect } from 'vitest';
import { importance } from '../../src/kernels/importance.ts';
import { matmul } from '../../src/kernels/matmul.ts';
import { philox, streams } from '../../src/runtime/random.ts';
import { losses } from '../reference/loss.ts';
import { normals } from '../reference/random.ts';
import { expectClose, expectNear } from './close.ts';
import { differences } from './gradient.ts';
import { Draw } from './random.ts';
import { run, recording } from './run.ts';

export const which = 1;
const [seed, step, position] = [5, 3, 20];

export interface Sizes {
  rows: number;
  real: number;
  units: number;
  samples: number;
  columns: number;
}

/** ε of one value of a sample. */
function noise(row: number, unit: number, { units, samples }: Sizes): number {
  const quad = (unit >> 2) + (row % samples) * Math.ceil(units / 4);
  const words = philox([quad, position + Math.floor(row / samples), step, which], [seed, streams.noise]);
  return normals(words)[unit & 3];
}

/** The bound of the real rows, where the decoder is a matrix w [columns, units]. */
export function reference(kind: 'mse' | 'bce', head: Float64Array, w: Float64Array, x: ArrayLike<number>, sizes: Sizes, factor: number) {
  const { real, units, samples, columns } = sizes;
  const zs: number[] = [];
  const each = Array.from({ length: real }, (_, row) => {
    const a: number[] = [];
    let [reconstruction, kl] = [0, 0];
    for (let j = 0; j < samples; j++) {
      let ratio = 0;
      const z = Array.from({ length: units }, (_, unit) => {
        const logvar = Math.min(20, Math.max(-30, head[(2 * row + 1) * units + unit]));
        const e = noise(row * samples + j, unit, sizes);
        const value = head[2 * row * units + unit] + Math.exp(logvar / 2) * e;
        ratio += (e * e + logvar - value * value) / 2;
        return value;
      });
      zs.push(...z);
      let loss = 0;
      for (let c = 0; c < columns; c++)
        loss += factor * losses[kind](z.reduce((sum, value, i) => sum + value * w[c * units + i], 0), x[row * columns + c]).loss;
      a.push(ratio - loss);
      reconstruction += loss / samples;
      kl -= ratio / samples;
    }
    const most = Math.max(...a);
    const bound = -most - Math.log(a.reduce((sum, value) => sum + Math.exp(value - most), 0) / samples);
    return { bound, reconstruction, kl };
  });
  return { each, z: zs, mean: each.reduce((sum, { bound }) => sum + bound, 0) / real };
} // prettier-ignore

export async function onDevice(kind: 'mse' | 'bce', head: Float32Array, w: Float32Array, x: Float32Array, sizes: Sizes, factor: number, coefficient?: number) {
  const { rows, real, units, samples, columns } = sizes;
  const { memory, tape, state } = await recording({ seed, step, position, examples: position + real, batch: rows });
  const [input, weight, target] = [memory.put(head, [rows, 2 * units]), memory.put(w, [columns, units]), memory.put(x, [rows, columns])];
  const drawn = importance(tape, input, samples, { state, which });
  const y = matmul(tape, drawn.z, weight, { transposeB: true });
  const { bound, reconstruction, kl } = drawn.bound(kind, y, target, factor);
  if (coefficient !== undefined) tape.differentiate([{ sums: bound, coefficient }]);
  const wanted = [bound, reconstruction, kl, drawn.z, ...(coefficient === undefined ? [] : [tape.grad(input), tape.grad(weight)])];
  return run(tape, wanted);
} // prettier-ignore

/** Checks the bound of all samples against float64, and its gradient against differences. */
export async function expectBound(kind: 'mse' | 'bce', each: Sizes): Promise<void> {
  const { rows, real, units, columns } = each;
  const draw = new Draw(rows + 10 * units);
  const head = draw.floats(2 * rows * units, -1.5, 1);
  const [w, x] = [draw.floats(columns * units), draw.floats(rows * columns, 0, 1)];
  const [factor, coefficient] = [0.5, 0.7];
  const found = await onDevice(kind, head, w, x, each, factor, coefficient);
  const at = (h: Float64Array, v: Float64Array) => reference(kind, h, v, x, each, factor);
  const [head64, w64] = [Float64Array.from(head), Float64Array.from(w)];
  const wanted = at(head64, w64);
  const names = ['bound', 'reconstruction', 'kl'] as const;
  names.forEach((name, i) => {
    expectNear(found[i].subarray(0, real), wanted.each.map((row) => row[name]), 5e-6, name);
    expect([...found[i].subarray(real)].every((value) => value === 0)).toBe(true);
  });
  expectClose(found[3].subarray(0, wanted.z.length), wanted.z, 3e-6);
  expectNear(found[4], differences((h) => coefficient * at(h, w64).mean, head64), 1e-5, 'gradient of the head');
  expectNear(found[5], differences((v) => coefficient * at(head64, v).mean, w64), 1e-5, 'gradient of the decoder');
} // prettier-ignore
