import { expect, it } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Inputs, runOne } from '../support/run.ts';

it('past 65,535 workgroups: four values a thread', async () => {
  const gpu = await sharedGpu();
  const memory = new Inputs(gpu);
  const tape = makeTape(gpu);
  const a = Float32Array.from({ length: 65536 * 64 * 4 + 5 }, (_, i) => i % 1000003);
  const bound = memory.put(a);
  const y = await runOne(tape, add(tape, bound, bound));
  memory.dispose();
  expect(a.findIndex((v, i) => y[i] !== v + v)).toBe(-1);
});
