import { describe, expect, it } from 'vitest';
import { account, advance } from '../../src/kernels/step.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { compile } from '../../src/runtime/plan.ts';
import { noneBad, parseState, writeState, type StateValues } from '../../src/runtime/state.ts';
import { readTensors, writeTensor, type Tensor } from '../../src/runtime/tensor.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { tooLarge } from '../support/inject.ts';
import { assumingFinite, withRewritten, withSubgroupsOf } from '../support/pretended.ts';
import { Draw } from '../support/random.ts';
import { runOne, recording } from '../support/run.ts';
import { takenFor } from '../support/taken-for.ts';

async function readState(gpu: Gpu, state: Tensor): Promise<StateValues> {
  const [words] = await readTensors(gpu, [state]);
  return parseState(words);
}

describe.each([true, false])('account, on a processor: %s', (isFallback) => {
  const shared = () => takenFor(isFallback);

  it.each([1, 2, 63, 64, 65, 1000, 4099])('sums %i values into the step’s slot', async (count) => {
    // The short last batch: 3 rows, not 8.
    const run = { examples: 11, batch: 8, position: 8, slot: 4, step: 20 };
    const { gpu, memory, tape, state } = await recording(run, await shared());
    const sums = new Draw(count).floats(count, 0, 2);
    const losses = memory.put(new Float32Array(6).fill(-1));
    account(tape, [memory.put(sums)], state, losses);
    const actual = await runOne(tape, losses);
    const after = await readState(gpu, state);
    const wanted = sums.reduce((a, b) => a + b, 0) / 3;
    expectClose(actual, [-1, -1, -1, -1, wanted, -1], 1e-6 * wanted);
    expect(after).toMatchObject({ step: 20, slot: 4, position: 8, bad: noneBad });
  });

  it.each([4, 8, 16, 32, 64, 128])('sums all values in one order if %i invocations are a subgroup', async (size) => {
    const sums = new Draw(size).floats(4099, 0, 2);
    const wanted = sums.reduce((a, b) => a + b, 0) / 8;
    const own = await sharedGpu();
    const pretended = await withRewritten(withSubgroupsOf(size));
    const found = [];
    for (const { device } of [own, pretended]) {
      const { memory, tape, state } = await recording(
        { examples: 8, batch: 8 },
        new Gpu(device, { ...own.info, isFallback }, false, 'fixed'),
      );
      const losses = memory.poisoned([1]);
      account(tape, [memory.put(sums)], state, losses);
      found.push([...(await runOne(tape, losses))]);
    }
    expectClose(found[1], [wanted], 1e-6 * wanted);
    expect(found[1]).toEqual(found[0]);
  });

  it('sums as many values as a processor adds at once, and the rest', async () => {
    // Of powers of two no order of adding loses a bit.
    for (const count of [1, 3, 4, 5, 7, 8]) {
      const { memory, tape, state } = await recording({ examples: 1, batch: 1 }, await shared());
      const losses = memory.poisoned([1]);
      account(tape, [memory.put(Array.from({ length: count }, (_, i) => 2 ** i))], state, losses);
      expect([...(await runOne(tape, losses))]).toEqual([2 ** count - 1]);
    }
  });

  it('detects a loss that is not finite even if a compiler assumes finite floats', async () => {
    const { device } = await withRewritten(assumingFinite);
    const gpu = new Gpu(device, { vendor: '', architecture: '', description: '', isFallback }, false, 'fixed');
    for (const [sums, bad] of [
      [[1, 2], noneBad],
      [[1, NaN], 0],
      [[-Infinity, 2], 0],
      [[3e38, 3e38], 0],
    ] as const) {
      const { memory, tape, state } = await recording({ examples: 1, batch: 1 }, gpu);
      account(tape, [memory.put(sums)], state, memory.put([0]));
      await runOne(tape, state);
      expect((await readState(gpu, state)).bad).toBe(bad);
    }
  });

  it.each([1, 2, 3])('sums %i parts of a loss, each into its own column', async (count) => {
    const { memory, tape, state } = await recording({ examples: 100, batch: 10, slot: 1 }, await shared());
    const draw = new Draw(count);
    const parts = [70, 1, 300].slice(0, count).map((n) => draw.floats(n, 0, 2));
    const losses = memory.poisoned([3, count]);
    const sums = parts.map((values) => memory.put(values));
    account(tape, sums, state, losses);
    const actual = await runOne(tape, losses);
    const wanted = parts.map((values) => values.reduce((a, b) => a + b, 0) / 10);
    expectClose(actual.subarray(count, 2 * count), wanted, (i) => 1e-6 * wanted[i]);
    expect([...actual.subarray(0, count), ...actual.subarray(2 * count)].every(Number.isNaN)).toBe(true);
  });

  it.each([undefined, 0.5, 1e6])(
    'gives the optimizer its step, its rate, and the scale of gradients for a norm of at most %s',
    async (clipNorm) => {
      for (const count of [4, 4096, 4100, 20000]) {
        const gradients = new Draw(count).floats(count);
        const run = { examples: 100, batch: 10, slot: 2, step: 20 };
        const { gpu, memory, tape, state } = await recording(run, await shared());
        const timetable = memory.put([9, 9, 9, 9, 0.25, 5], [3, 2]);
        account(tape, [memory.put([1])], state, memory.put(new Float32Array(3)), {
          gradients: memory.put(gradients),
          timetable,
          clipNorm,
        });
        await runOne(tape, state);
        const norm = Math.hypot(...gradients);
        const { t, rate, scale } = await readState(gpu, state);
        expect([t, rate]).toEqual([16, 0.25]);
        expectClose([scale], [clipNorm === undefined ? 1 : Math.min(1, clipNorm / (norm + 1e-6))], 1e-6);
      }
    },
  );

  /** A tape that accounts one sum and gradients. What is returned says where the state found a bad value. */
  async function watch(count: number) {
    const { gpu, memory, tape, state } = await recording(undefined, await shared());
    const [sums, losses, gradients, timetable] = [
      memory.put([1]),
      memory.put([0]),
      memory.put(new Float32Array(count)),
      memory.put([1, 0], [1, 2]),
    ];
    account(tape, [sums], state, losses, { gradients, timetable });
    const plan = forThisTest(await compile(tape));
    return async (values: Float32Array, loss = 1) => {
      writeTensor(gpu, sums, [loss]);
      writeTensor(gpu, gradients, values);
      writeState(gpu, state, { examples: 1 });
      await plan.run();
      return (await readState(gpu, state)).bad;
    };
  }

  const bads = [NaN, Infinity, -Infinity];
  const badGradients = [...bads, tooLarge, -tooLarge, 3.4e38];

  // A workgroup looks at 4,096 values.
  it.each([4, 64, 252, 256, 4092, 4096, 4100, 8192, 12300])(
    'finds a value that is not finite or too large to be squared, anywhere among %i gradients',
    async (count) => {
      const badAt = await watch(count);
      const draw = new Draw(count);
      const finite = draw.floats(count);
      // The largest that passes.
      finite[0] = tooLarge * (1 - 2 ** -24);
      finite[count - 1] = -finite[0];
      expect(await badAt(finite)).toBe(noneBad);
      const edges = [0, 1, 2, 3, 255, 256, 4095, 4096, 8191, 8192, count - 2, count - 1].filter((i) => i < count);
      const places = [...edges, ...Array.from({ length: 8 }, () => draw.whole(0, count - 1))];
      for (const [i, place] of places.entries()) {
        const values = finite.slice();
        values[place] = badGradients[i % badGradients.length];
        expect(await badAt(values)).toBe(1 + place);
      }
    },
  );

  it('reports the first of several bad values', async () => {
    const count = 20000;
    const badAt = await watch(count);
    const draw = new Draw(1);
    for (let i = 0; i < 10; i++) {
      const places = Array.from({ length: 5 }, () => draw.whole(0, count - 1));
      const values = new Float32Array(count);
      for (const place of places) values[place] = draw.pick(badGradients);
      expect(await badAt(values)).toBe(1 + Math.min(...places));
    }
    expect(await badAt(new Float32Array(count).fill(NaN))).toBe(1);
  });

  it.each(bads)('reports 0 for a loss of %f, for any gradients', async (loss) => {
    const badAt = await watch(64);
    expect(await badAt(new Float32Array(64), loss)).toBe(0);
    expect(await badAt(new Float32Array(64).fill(NaN), loss)).toBe(0);
  });

  it('checks more values than a dimension has workgroups', async () => {
    const count = 4 * 2 ** 20 + 4;
    const badAt = await watch(count);
    const values = new Float32Array(count);
    expect(await badAt(values)).toBe(noneBad);
    values[count - 1] = NaN;
    expect(await badAt(values)).toBe(count);
  });
});

describe('advance', () => {
  it('advances through the batches of an epoch and to the next epoch, without a step of the optimizer', async () => {
    const { gpu, tape, state } = await recording({ examples: 10, batch: 4, seed: 3, epoch: 7, slot: 2, step: 5 });
    advance(tape, state);
    const plan = forThisTest(await compile(tape));
    const seen = [];
    for (let i = 0; i < 4; i++) {
      await plan.run();
      const { step, slot, epoch, position } = await readState(gpu, state);
      seen.push([step, slot, epoch, position]);
    }
    expect(seen).toEqual([
      [5, 3, 7, 4],
      [5, 4, 7, 8],
      [5, 5, 8, 0],
      [5, 6, 8, 4],
    ]);
    expect(await readState(gpu, state)).toMatchObject({ examples: 10, batch: 4, seed: 3, bad: noneBad });
  });

  it('ends an epoch whose last batch is full', async () => {
    const { gpu, tape, state } = await recording({ examples: 8, batch: 4, position: 4 });
    advance(tape, state);
    await runOne(tape, state);
    expect(await readState(gpu, state)).toMatchObject({ step: 0, epoch: 1, position: 0 });
  });
});
