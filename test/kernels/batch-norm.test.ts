import { describe, expect, it } from 'vitest';
import { batchNorm, batchNormApply } from '../../src/kernels/batch-norm.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { readTensors } from '../../src/runtime/tensor.ts';
import { batchNorm as reference } from '../reference/norm.ts';
import { expectClose, expectNear } from '../support/close.ts';
import { differences, dot } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

interface Case {
  rows: number;
  places: number;
  channels: number;
  /** Of the rows, counted in examples. */
  real?: number;
  /** Rows of an example. */
  each?: number;
  /** It has gone bad before. */
  bad?: boolean;
  x?: Float32Array;
  twice?: boolean;
}

const [momentum, epsilon] = [0.3, 1e-5];

/** Runs it, and its gradient for a dy that is 0 where rows are padding. */
async function onDevice({ rows, places, channels, real = rows, each = 1, bad = false, twice = false, ...given }: Case) {
  const { gpu, memory, tape, state } = await recording({ batch: rows / each, examples: real, ...(bad && { bad: 1 }) });
  const draw = new Draw(rows * places * channels);
  const size = rows * places * channels;
  const x = given.x ?? draw.floats(size, -2, 3);
  const kept = (real * each) / rows;
  const dy = draw.floats(size).map((value, i) => (i < kept * size ? value : 0));
  const [weight, bias] = [draw.floats(channels, 0.5, 1.5), draw.floats(channels)];
  const [means, variances] = [draw.floats(channels), draw.floats(channels, 0.5, 2)];
  const input = memory.put(x, [rows, places * channels]);
  const tensors = {
    weight: memory.put(weight),
    bias: memory.put(bias),
    runningMean: memory.put(means),
    runningVar: memory.put(variances),
  };
  const batchesTracked = memory.put([7]);
  const before = memory.poisoned([2 * channels + 1]);
  const options = { places, momentum, epsilon, state, batchesTracked, kept: before };
  const y = batchNorm(tape, input, tensors, options);
  const forward = tape.dispatches.length;
  const whole = twice ? add(tape, y, batchNorm(tape, input, tensors, { ...options, kept: undefined })) : y;
  tape.differentiate(whole, memory.put(dy, whole.shape));
  const dispatches = [forward, tape.dispatches.length - forward];
  const [values, dx, dweight, dbias] = await run(tape, [
    whole,
    tape.grad(input),
    tape.grad(tensors.weight),
    tape.grad(tensors.bias),
  ]);
  const running = await readTensors(gpu, [tensors.runningMean, tensors.runningVar, batchesTracked, before]);
  return {
    x,
    dy,
    weight,
    bias,
    means,
    variances,
    values,
    dx,
    dweight,
    dbias,
    running,
    dispatches,
    realSize: kept * size,
  };
}

const cases: Case[] = [
  { rows: 2, places: 1, channels: 1 },
  { rows: 1, places: 2, channels: 3 },
  { rows: 5, places: 1, channels: 7 },
  { rows: 8, places: 1, channels: 5, real: 3 },
  { rows: 3, places: 12, channels: 4 },
  { rows: 6, places: 9, channels: 3, real: 1 },
  { rows: 12, places: 4, channels: 2, real: 2, each: 3 },
  { rows: 100, places: 1, channels: 7, real: 97 },
  { rows: 9, places: 1, channels: 66, real: 7 },
  { rows: 2, places: 130, channels: 2 },
];

describe.each(cases)('$channels channels at $places places of $rows rows, $real real, $each an example', (each) => {
  it('are normalized over real rows, with gradient and running statistics', async () => {
    const found = await onDevice(each);
    const { channels } = each;
    const real = Float64Array.from(found.x.subarray(0, found.realSize));
    const [weight, bias] = [found.weight, found.bias].map((values) => Float64Array.from(values));
    const { y, mean, variance } = reference(real, weight, bias, epsilon);
    expectNear(found.values.subarray(0, real.length), y, 2e-6, 'y');
    const dy = found.dy.subarray(0, real.length);
    const inputs = [real, weight, bias];
    const gradients = [found.dx.subarray(0, real.length), found.dweight, found.dbias];
    // Of two values, x̂ is ±1 whatever they are: a gradient of nearly 0.
    const scale = Math.hypot(...dy);
    gradients.forEach((gradient, n) => {
      const wanted = differences(
        (values) =>
          dot(
            dy,
            reference(
              ...(inputs.map((each, m) => (m === n ? values : each)) as [Float64Array, Float64Array, Float64Array]),
              epsilon,
            ).y,
          ),
        inputs[n],
      );
      expectClose(gradient, wanted, 4e-6 * scale, `gradient ${n}`);
    });
    expect([...found.dx.subarray(real.length)].every((value) => value === 0)).toBe(true);
    const count = real.length / channels;
    const [means, variances, tracked, kept] = found.running as Float32Array[];
    const movedMeans = found.means.map((old, c) => (1 - momentum) * old + momentum * mean[c]);
    expectClose(means, movedMeans, 1e-6, 'running mean');
    const movedVariances = found.variances.map(
      (old, c) => (1 - momentum) * old + (momentum * variance[c] * count) / (count - 1),
    );
    expectClose(variances, movedVariances, 2e-6, 'running variance');
    expect([...tracked]).toEqual([8]);
    expect([...kept]).toEqual([...found.means, ...found.variances, 7]);
    expect(found.dispatches).toEqual([3, 3]);
  });
});

it('keeps the running statistics after a step has gone bad', async () => {
  const { running, means, variances } = await onDevice({ rows: 4, places: 1, channels: 3, bad: true });
  expect(running.slice(0, 3)).toEqual([means, variances, Float32Array.of(7)]);
  expect([...running[3]].every(Number.isNaN)).toBe(true);
});

it('adds its gradients to existing ones', async () => {
  const size = { rows: 6, places: 2, channels: 3 };
  const [once, twice] = [await onDevice(size), await onDevice({ ...size, twice: true })];
  for (const name of ['dx', 'dweight', 'dbias'] as const) {
    const wanted = once[name].map((value) => 2 * value);
    expectClose(twice[name], wanted, 1e-6, name);
  }
});

it('keeps all digits beside a mean of 10,000', async () => {
  const x = new Draw(4).floats(300 * 3, -1.7, 1.7).map((value) => value + 1e4);
  const { values, weight, bias, running, variances } = await onDevice({ rows: 100, places: 3, channels: 3, x });
  const { y, variance } = reference(x, weight, bias, epsilon);
  expectClose(values, y, 4e-6);
  const moved = variances.map((old, c) => (1 - momentum) * old + (momentum * variance[c] * 300) / 299);
  expectClose(running[1], moved, 2e-6);
});

it('uses the running statistics outside of training, in one dispatch', async () => {
  const { memory, tape } = await recording();
  const draw = new Draw(2);
  const [x, weight, bias, mean, variance] = [
    draw.floats(105),
    draw.floats(5),
    draw.floats(5),
    draw.floats(5),
    draw.floats(5, 0.1, 2),
  ];
  const tensors = {
    weight: memory.put(weight),
    bias: memory.put(bias),
    runningMean: memory.put(mean),
    runningVar: memory.put(variance),
  };
  const y = batchNormApply(tape, memory.put(x, [7, 15]), tensors, epsilon);
  expect(tape.dispatches).toHaveLength(1);
  const [values] = await run(tape, [y]);
  const wanted = Float64Array.from(
    x,
    (value, i) => ((value - mean[i % 5]) / Math.sqrt(variance[i % 5] + epsilon)) * weight[i % 5] + bias[i % 5],
  );
  expectClose(values, wanted, 1e-6);
});
