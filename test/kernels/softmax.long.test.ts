import { describe, expect, it } from 'vitest';
import { softmax } from '../../src/kernels/softmax.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Inputs, runOne } from '../support/run.ts';

describe('softmax', () => {
  it('handles more rows than a dimension has workgroups', async () => {
    const gpu = await sharedGpu();
    const memory = new Inputs(gpu);
    const tape = makeTape(gpu);
    const rows = 65536 + 3;
    const x = Float32Array.from({ length: rows }, (_, i) => i);
    const y = await runOne(tape, softmax(tape, memory.put(x, [rows, 1])));
    memory.dispose();
    expect(y.findIndex((v) => v !== 1)).toBe(-1);
  });
});
