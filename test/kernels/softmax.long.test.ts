import { describe, expect, it } from 'vitest';
import { softmax } from '../../src/kernels/softmax.ts';
import { runOne, recording } from '../support/run.ts';
import { expectSoftmax } from '../support/softmaxes.ts';

describe('softmax', () => {
  it.each([
    [1, 7],
    [3, 63],
    [3, 64],
    [130, 5],
    [4, 129],
  ])('fits float64 for %i rows of %i', (rows, columns) => expectSoftmax(rows, columns));

  it('handles more rows than a dimension has workgroups', async () => {
    const { memory, tape } = await recording();
    const rows = 65536 + 3;
    const x = Float32Array.from({ length: rows }, (_, i) => i);
    const y = await runOne(tape, softmax(tape, memory.put(x, [rows, 1])));
    expect(y.findIndex((v) => v !== 1)).toBe(-1);
  });
});
