import { describe, expect, it } from 'vitest';
import { optimize } from '../../src/kernels/optimizer.ts';
import { normalNoise, uniformNoise } from '../../src/kernels/random.ts';
import { account } from '../../src/kernels/step.ts';
import { compile } from '../../src/runtime/plan.ts';
import { noneBad, parseState } from '../../src/runtime/state.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { readTensors, writeTensor } from '../../src/runtime/tensor.ts';
import { drawnForBatch, normals, uniforms } from '../reference/random.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { recording, run } from '../support/run.ts';

/** Two phases of plain gradient descent, one weight each, as plans that run in turn. */
async function setUp() {
  const { gpu, memory, state } = await recording({ examples: 4, batch: 2 });
  const losses = memory.put(new Float32Array(8).fill(-1), [2, 4]);
  const timetable = memory.put([1, 0, 1, 0], [2, 2]);
  const settings = memory.put(new Float32Array(8));
  const made = await Promise.all(
    [0, 1].map(async (phase) => {
      const [values, gradients] = [memory.put([5, 6, 7, 8]), memory.put([1, 1, 1, 1])];
      const before = phase ? undefined : memory.put(new Float32Array(4), [1, 4]);
      const sums = [memory.put([2 + phase]), memory.put([4 + phase])];
      const tape = makeTape(gpu);
      account(tape, sums, state, losses, { gradients, timetable }, 2 * phase);
      optimize(tape, 'sgd', { values, gradients, settings, state }, { phase, before });
      return { values, gradients, before, sums, plan: forThisTest(await compile(tape)) };
    }),
  );
  const step = async () => {
    for (const { plan } of made) await plan.run();
    const [words, ...rest] = await readTensors(gpu, [state, losses, made[0].values, made[1].values, made[0].before!]);
    const [told, first, second, before] = rest.map((each) => [...each]);
    return { state: parseState(words), told, first, second, before };
  };
  return { gpu, made, step };
}

describe('a step of two phases', () => {
  it('advances once, and reports the terms of both', async () => {
    const { step } = await setUp();
    const { state, told, first, second, before } = await step();
    expect(state).toMatchObject({ step: 1, position: 2, slot: 1, bad: noneBad, halted: noneBad });
    expect(told).toEqual([1, 2, 1.5, 2.5, -1, -1, -1, -1]);
    expect([first, second]).toEqual([
      [4, 5, 6, 7],
      [4, 5, 6, 7],
    ]);
    expect(before).toEqual([5, 6, 7, 8]);
  });

  it('stops for good if the second goes bad, and keeps the values before the first', async () => {
    const { gpu, made, step } = await setUp();
    writeTensor(gpu, made[1].gradients, [0, NaN, 0, NaN]);
    const { state, first, second, before } = await step();
    expect(state).toMatchObject({ step: 0, bad: 2, halted: 1 });
    expect([first, second, before]).toEqual([
      [4, 5, 6, 7],
      [5, 6, 7, 8],
      [5, 6, 7, 8],
    ]);
    // What the first finds when it is done again follows from that.
    writeTensor(gpu, made[0].sums[0], [NaN]);
    const again = await step();
    expect(again.state).toMatchObject({ step: 0, bad: 2, halted: 1 });
    expect(again.first).toEqual(first);
    expect(again.before).toEqual(before);
  });

  it('changes nothing if the first goes bad', async () => {
    const { gpu, made, step } = await setUp();
    writeTensor(gpu, made[0].sums[1], [Infinity]);
    const { state, first, second } = await step();
    expect(state).toMatchObject({ step: 0, bad: 0, halted: 0 });
    expect([first, second]).toEqual([
      [5, 6, 7, 8],
      [5, 6, 7, 8],
    ]);
  });
});

it('sums any number of terms', async () => {
  const { memory, tape, state } = await recording({ examples: 2, batch: 2 });
  const terms = Array.from({ length: 8 }, (_, i) => memory.put([2 * i, 2]));
  const losses = memory.put(new Float32Array(8), [1, 8]);
  account(tape, terms, state, losses);
  const [values] = await run(tape, [losses]);
  expect([...values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it.each([
  ['normal', 1],
  ['normal', 7],
  ['uniform', 4],
  ['uniform', 10],
] as const)('%s noise of %i columns depends on step, place and draw', async (kind, columns) => {
  const { tape, state } = await recording({ seed: 3, step: 5, position: 8, batch: 3, examples: 20 });
  const draws = { state, which: 9 };
  const y =
    kind === 'normal' ? normalNoise(tape, [3, columns], 2, draws) : uniformNoise(tape, [3, columns], -1, 4, draws);
  const [values] = await run(tape, [y]);
  const drawn = drawnForBatch(kind === 'normal' ? normals : uniforms, 3, columns, {
    seed: 3,
    step: 5,
    position: 8,
    which: 9,
  });
  const wanted = drawn.map((value) => (kind === 'normal' ? 2 * value : 5 * value - 1));
  expectClose(values, wanted, 2e-6);
});
