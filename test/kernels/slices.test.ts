/** Products that are too much work for one dispatch. */
import { describe, expect, it } from 'vitest';
import { conv2d } from '../../src/kernels/conv2d.ts';
import { dense } from '../../src/kernels/dense.ts';
import { windowOver } from '../../src/kernels/window.ts';
import { recording } from '../support/run.ts';
import { expectSameInSlices, layers } from '../support/slices.ts';

// The tiles of all layers are cut by the same lines: slices.long.test.ts has the others.
describe.each(['a dense layer', 'a convolution'] as const)('%s', (name) => {
  it.each([2, 50])('and its gradients have the same bits in %i dispatches each', (slices) =>
    expectSameInSlices(layers[name], slices),
  );
});

describe('a product of more than 2³³ multiply-adds', () => {
  const recorded = async (rows: number) => {
    const { tape } = await recording();
    const [x, w] = [tape.tensor([rows, 4096]), tape.tensor([4096, 4096])];
    const y = dense(tape, x, w, tape.tensor([4096]));
    const forward = tape.dispatches.length;
    tape.differentiate(y, tape.tensor(y.shape));
    return { forward, dispatches: tape.dispatches };
  };

  it('uses several dispatches, each for its own share of the outputs', async () => {
    const [one, eight] = [await recorded(512), await recorded(4096)];
    expect([one.forward, one.dispatches.length]).toEqual([1, 3]);
    expect([eight.forward, eight.dispatches.length]).toEqual([8, 24]);
    expect(eight.dispatches.map(({ constants }) => constants.slice)).toEqual(
      Array.from({ length: 24 }, (_, i) => i % 8),
    );
    expect(eight.dispatches.every(({ constants }) => !constants.add_y && !constants.add_sums)).toBe(true);
    expect(eight.dispatches[0].workgroups).toBe(one.dispatches[0].workgroups);
    const { ways, make } = eight.dispatches[0].choice!;
    expect(make(ways[0]).workgroups).toBe(eight.dispatches[0].workgroups);
  });

  it('also applies to convolutions', async () => {
    const { tape } = await recording();
    const large = windowOver('test', [64, 64, 64], { kernel: [3, 3], stride: 1, padding: 'same' });
    const w = tape.tensor([64, 3, 3, 64]);
    conv2d(tape, tape.tensor([128, 64 ** 3]), w, undefined, large);
    // 128 × 64 × 64 places, 9 × 64 × 64 multiply-adds each.
    expect(tape.dispatches.length).toBe(Math.ceil((128 * 64 * 64 * 9 * 64 * 64) / 2 ** 33));
  });
});
