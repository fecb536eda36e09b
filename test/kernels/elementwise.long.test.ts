import { describe, expect, it } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { runOne, recording } from '../support/run.ts';

/** A dimension holds at most 65,535 workgroups; past that the grid has rows. In the short tests, gather.test.ts goes past it. */
describe('past 65,535 workgroups', () => {
  it('one value a thread, the second operand repeated', async () => {
    const { memory, tape } = await recording();
    const a = Float32Array.from({ length: 65536 * 64 + 5 }, (_, i) => i % 1000003);
    const y = await runOne(tape, add(tape, memory.put(a), memory.put([1])));
    expect(a.findIndex((v, i) => y[i] !== v + 1)).toBe(-1);
  });

  it('four values a thread', async () => {
    const { memory, tape } = await recording();
    const a = Float32Array.from({ length: 65536 * 64 * 4 + 5 }, (_, i) => i % 1000003);
    const bound = memory.put(a);
    const y = await runOne(tape, add(tape, bound, bound));
    expect(a.findIndex((v, i) => y[i] !== v + v)).toBe(-1);
  });
});
