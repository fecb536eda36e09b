import { expect, it } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { runOne, recording } from '../support/run.ts';

it('past 65,535 workgroups: four values a thread', async () => {
  const { memory, tape } = await recording();
  const a = Float32Array.from({ length: 65536 * 64 * 4 + 5 }, (_, i) => i % 1000003);
  const bound = memory.put(a);
  const y = await runOne(tape, add(tape, bound, bound));
  expect(a.findIndex((v, i) => y[i] !== v + v)).toBe(-1);
});
