import { describe, expect, it } from 'vitest';
import { softmax } from '../../src/kernels/softmax.ts';
import { runOne, recording } from '../support/run.ts';

describe('softmax', () => {
  it('handles more rows than a dimension has workgroups', async () => {
    const { memory, tape } = await recording();
    const rows = 65536 + 3;
    const x = Float32Array.from({ length: rows }, (_, i) => i);
    const y = await runOne(tape, softmax(tape, memory.put(x, [rows, 1])));
    expect(y.findIndex((v) => v !== 1)).toBe(-1);
  });
});
