import { describe, expect, it } from 'vitest';
import { LatentGpuError } from '../../src/errors.ts';
import { importance } from '../../src/kernels/importance.ts';
import { matmul } from '../../src/kernels/matmul.ts';
import { philox, streams } from '../../src/runtime/random.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { losses } from '../reference/loss.ts';
import { normals } from '../reference/random.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { differences } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

const [seed, step, position, which] = [5, 3, 20, 1];

interface Sizes {
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
function reference(kind: 'mse' | 'bce', head: Float64Array, w: Float64Array, x: ArrayLike<number>, sizes: Sizes, factor: number) {
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

async function onDevice(kind: 'mse' | 'bce', head: Float32Array, w: Float32Array, x: Float32Array, sizes: Sizes, factor: number, coefficient?: number) {
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

const sizes: Sizes[] = [
  { rows: 1, real: 1, units: 1, samples: 1, columns: 1 },
  { rows: 3, real: 2, units: 2, samples: 5, columns: 3 },
  { rows: 5, real: 5, units: 5, samples: 2, columns: 8 },
  { rows: 2, real: 1, units: 4, samples: 70, columns: 5 },
  { rows: 33, real: 30, units: 3, samples: 3, columns: 20 },
];

describe.each(['mse', 'bce'] as const)('%s', (kind) => {
  it.each(sizes.map((each) => [Object.values(each).join(' '), each] as const))(
    'gives the bound of all samples, and its gradient (rows, real ones, units, samples, columns: %s)',
    async (_, each) => {
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
    },
  );
}); // prettier-ignore

it('keeps its digits for very different likelihoods', async () => {
  const each = { rows: 2, real: 2, units: 2, samples: 6, columns: 4 };
  const draw = new Draw(1);
  const [head, w, x] = [draw.floats(8, -1, 1), draw.floats(8, -30, 30), draw.floats(8, -50, 50)];
  const found = await onDevice('mse', head, w, x, each, 0.5);
  const wanted = reference('mse', Float64Array.from(head), Float64Array.from(w), x, each, 0.5);
  const reconstructions = wanted.each.map(({ reconstruction }) => reconstruction);
  expect(Math.max(...reconstructions)).toBeGreaterThan(1000);
  expectNear(found[0], wanted.each.map(({ bound }) => bound), 2e-6); // prettier-ignore
});

it('exposes a loss that is not finite', async () => {
  const each = { rows: 2, real: 2, units: 1, samples: 2, columns: 1 };
  const [bound] = await onDevice('mse', new Float32Array(4), new Float32Array(1), Float32Array.of(1, 1e30), each, 0.5);
  expect(Number.isFinite(bound[0])).toBe(true);
  expect(Number.isFinite(bound[1])).toBe(false);
});

it('refuses a second bound, and a gradient without one', async () => {
  const { gpu, memory, tape, state } = await recording();
  const head = memory.put(new Float32Array(4), [2, 2]);
  const x = memory.put(new Float32Array(2), [2, 1]);
  const drawn = importance(tape, head, 2, { state, which });
  drawn.bound('mse', drawn.z, x, 1);
  expect(() => drawn.bound('mse', drawn.z, x, 1)).toThrow(LatentGpuError);
  const other = makeTape(gpu);
  const { z } = importance(other, head, 2, { state, which });
  expect(() => other.differentiate(z, memory.put(new Float32Array(4), [4, 1]))).toThrow(/no bound was recorded/);
});
