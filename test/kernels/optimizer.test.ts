import { describe, expect, it } from 'vitest';
import { momentCount, optimize, settingNames, type OptimizerKind } from '../../src/kernels/optimizer.ts';
import { compile } from '../../src/runtime/plan.ts';
import { noneBad, parseState, writeState } from '../../src/runtime/state.ts';
import { readTensors, writeTensor } from '../../src/runtime/tensor.ts';
import { Optimizer, type Settings } from '../reference/optimizer.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { Draw } from '../support/random.ts';
import { recording } from '../support/run.ts';

const kinds: OptimizerKind[] = ['sgd', 'momentum', 'nesterov', 'adam', 'adamw', 'adagrad'];
const usual: Settings = { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 };

/** The device's settings, with what the host works out for it in float64. */
function wordsOf({ beta1, beta2, epsilon, decay }: Settings): number[] {
  const words = {
    beta1,
    beta2,
    rest1: 1 - beta1,
    rest2: 1 - beta2,
    logBeta1: Math.log(beta1),
    logBeta2: Math.log(beta2),
    epsilon,
    decay,
  };
  return settingNames.map((name) => words[name]);
}

/** One optimizer step, to be run again and again. */
async function setUp(
  kind: OptimizerKind,
  initial: Float32Array,
  settings: readonly number[],
  { rate = usual.rate, scale = 1 } = {},
) {
  const { gpu, memory, tape, state } = await recording({ examples: 10, batch: 4 });
  const count = initial.length;
  const values = memory.put(initial);
  const gradients = memory.put(new Float32Array(count));
  const moments = momentCount(kind)
    ? memory.put(new Float32Array(momentCount(kind) * count), [momentCount(kind), count])
    : undefined;
  optimize(tape, kind, { values, gradients, moments, settings: memory.put(settings), state });
  const plan = forThisTest(await compile(tape));
  const readAll = async () => {
    const [weights, words, both] = await readTensors(gpu, [values, state, ...(moments ? [moments] : [])]);
    return { weights: weights, state: parseState(words), moments: both ?? new Float32Array() };
  };
  const step = async (g: Float32Array, t: number) => {
    writeTensor(gpu, gradients, g);
    const { state: before } = await readAll();
    writeState(gpu, state, { ...before, t, rate, scale });
    await plan.run();
  };
  return { gpu, values, state, step, readAll };
}

/** All for one kind: the others differ in their formula alone. */
const countsOf = (kind: OptimizerKind) => (kind === 'adam' ? [4, 64, 252, 260, 1100] : [4, 260]);

describe.each(kinds)('%s', (kind) => {
  it.each(countsOf(kind))('agrees with float64 for 25 steps with %i weights', async (count) => {
    const draw = new Draw(count);
    // Some start at zero, so that the steps themselves are all there is.
    const initial = draw.floats(count).map((v, i) => (i % 2 ? v : 0));
    const { step, readAll } = await setUp(kind, initial, wordsOf(usual));
    const twins = Array.from(initial, (w) => new Optimizer(kind, usual, w));
    for (let t = 1; t <= 25; t++) {
      const g = draw.offZero(count, 1e-3, 2);
      await step(g, t);
      twins.forEach((twin, i) => twin.step(g[i]));
      if (t > 3 && t < 25) continue;
      const { weights, moments } = await readAll();
      const weightsOfTwins = twins.map((twin) => twin.weight);
      expectNear(weights, weightsOfTwins, 1e-6, `step ${t}`);
      for (let n = 0; n < momentCount(kind); n++) {
        const momentsOfTwins = twins.map((twin) => twin.moments[n]);
        expectNear(moments.subarray(n * count, (n + 1) * count), momentsOfTwins, 1e-6, `moments ${n}, step ${t}`);
      }
    }
  });

  it('advances to the next batch, and from the last batch of an epoch to the next epoch', async () => {
    const { gpu, state, step, readAll } = await setUp(kind, new Float32Array(300), wordsOf(usual));
    writeState(gpu, state, { examples: 10, batch: 4, seed: 9 });
    const seen = [];
    for (let t = 1; t <= 4; t++) {
      await step(new Float32Array(300), t);
      const { state: now } = await readAll();
      seen.push([now.step, now.epoch, now.position, now.slot]);
      expect(now).toMatchObject({ examples: 10, batch: 4, seed: 9, t, bad: noneBad });
    }
    expect(seen).toEqual([
      [1, 0, 4, 1],
      [2, 0, 8, 2],
      [3, 1, 0, 3],
      [4, 1, 4, 4],
    ]);
  });

  it('writes nothing once a value has gone bad', async () => {
    const count = 68;
    const initial = new Draw(1).floats(count);
    const { gpu, state, step, readAll } = await setUp(kind, initial, wordsOf(usual));
    for (const bad of [0, 1, 77]) {
      writeState(gpu, state, { examples: 10, batch: 4, step: 5, bad });
      await step(new Float32Array(count).fill(bad ? NaN : 1), 6);
      const after = await readAll();
      expect(after.weights).toEqual(initial);
      expect(after.moments.every((v) => v === 0)).toBe(true);
      expect(after.state).toMatchObject({ step: 5, position: 0, slot: 0, bad });
    }
  });
});

it('scales gradients down first', async () => {
  const { step, readAll } = await setUp('sgd', Float32Array.of(1, -2, 4, 0), wordsOf(usual), {
    rate: 0.5,
    scale: 0.25,
  });
  await step(Float32Array.of(8, 16, 0, -4), 1);
  const { weights } = await readAll();
  expect([...weights]).toEqual([0, -4, 4, 0.5]);
});

it('decays weights independently of their gradient', async () => {
  const settings = { ...usual, rate: 0.1, decay: 0.5 };
  const { step, readAll } = await setUp('adamw', Float32Array.of(1, -2, 4, 0), wordsOf(settings), {
    rate: 0.1,
  });
  await step(new Float32Array(4), 1);
  const { weights } = await readAll();
  expectClose(weights, [0.95, -1.9, 3.8, 0], 1e-6);
});

describe('1 − βᵗ', () => {
  // With g = 1, m = 1 and v̂ = 1, an Adam step of rate −1 makes 1 / (1 − β₁ᵗ) of a weight of zero.
  it.each([0.5, 0.9, 0.99, 0.999, 0.9999])('is accurate to 2e-7 for β = %f', async (beta) => {
    const words = {
      beta1: 0,
      beta2: 0,
      rest1: 1,
      rest2: 1,
      logBeta1: Math.log(beta),
      logBeta2: -1e3,
      epsilon: 0,
      decay: 0,
    };
    const { gpu, values, step, readAll } = await setUp(
      'adam',
      new Float32Array(4),
      settingNames.map((name) => words[name]),
      { rate: -1 },
    );
    const powers = Array.from({ length: 25 }, (_, i) => 2 ** i);
    for (const t of [...powers, 3, 5, 6, 7, 10, 25, 100, 777, 9999, 123456, 2 ** 24 - 1]) {
      writeTensor(gpu, values, new Float32Array(4));
      await step(new Float32Array(4).fill(1), t);
      const wanted = -1 / Math.expm1(t * Math.log(beta));
      expectClose((await readAll()).weights, Array(4).fill(wanted), 2e-7 * wanted, `t = ${t}`);
    }
  });
});
