import { expect, it } from 'vitest';
import { LatentGpuError } from '../../src/errors.ts';
import { importance } from '../../src/kernels/importance.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { expectNear } from '../support/close.ts';
import { expectBound, onDevice, reference, which, type Sizes } from '../support/importance.ts';
import { Draw } from '../support/random.ts';
import { recording } from '../support/run.ts';

// Each is a pipeline of its own: importance.long.test.ts has more, and more of them with bce.
const cases: ['mse' | 'bce', Sizes][] = [
  ['mse', { rows: 1, real: 1, units: 1, samples: 1, columns: 1 }],
  ['mse', { rows: 5, real: 5, units: 5, samples: 2, columns: 8 }],
  ['mse', { rows: 33, real: 30, units: 3, samples: 3, columns: 20 }],
  ['bce', { rows: 3, real: 2, units: 2, samples: 5, columns: 3 }],
];

it.each(cases.map(([kind, each]) => [kind, Object.values(each).join(' '), each] as const))(
  '%s: gives the bound of all samples, and its gradient (rows, real ones, units, samples, columns: %s)',
  (kind, _, each) => expectBound(kind, each),
);

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
