import { describe, expect, it } from 'vitest';
import { add } from '../../src/kernels/elementwise.ts';
import { groupNorm, layerNorm } from '../../src/kernels/norm.ts';
import { groupNorm as groupReference, layerNorm as layerReference } from '../reference/norm.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

const epsilon = 1e-5;
/** Sets of one value, of few, and past what one invocation takes; channels odd and not; one row and more than the sums have strips. */
const cases = [
  { rows: 1, places: 1, channels: 1, groups: 1 },
  { rows: 3, places: 1, channels: 5, groups: 1 },
  { rows: 7, places: 1, channels: 6, groups: 6 },
  { rows: 2, places: 1, channels: 66, groups: 1 },
  { rows: 2, places: 9, channels: 4, groups: 2 },
  { rows: 2, places: 33, channels: 6, groups: 3 },
  { rows: 2, places: 30, channels: 3, groups: 1 },
  { rows: 2, places: 64, channels: 2, groups: 2 },
  { rows: 1, places: 131, channels: 1, groups: 1 },
];

const operands = (draw: Draw, size: number, channels: number, rows: number) => [
  { values: draw.floats(size, -2, 3), shape: [rows, size / rows] },
  { values: draw.floats(channels, 0.5, 1.5), shape: [channels] },
  { values: draw.floats(channels), shape: [channels] },
];

describe('groups', () => {
  it.each(cases)(
    '$groups of $channels channels, at $places places of $rows examples',
    async ({ rows, channels, ...sets }) => {
      const size = rows * sets.places * channels;
      await checkGradient(await sharedGpu(), {
        inputs: operands(new Draw(size + 1), size, channels, rows),
        build: (tape, x, weight, bias) => groupNorm(tape, x, weight, bias, { ...sets, epsilon }),
        reference: (x, weight, bias) => groupReference(x, weight, bias, { ...sets, epsilon }),
        relative: 4e-6,
      });
    },
  );

  it('add their gradients to existing ones', async () => {
    const sets = { places: 6, groups: 2, epsilon };
    await checkGradient(await sharedGpu(), {
      inputs: operands(new Draw(3), 72, 4, 3),
      build: (tape, x, weight, bias) =>
        add(tape, groupNorm(tape, x, weight, bias, sets), groupNorm(tape, x, weight, bias, sets)),
      reference: (x, weight, bias) => groupReference(x, weight, bias, sets).map((y) => 2 * y),
      relative: 4e-6,
    });
  });
});

it.each([
  [1, 3],
  [5, 7],
  [130, 3],
  [3, 130],
])('normalizes %i lines of %i channels', async (lines, channels) => {
  await checkGradient(await sharedGpu(), {
    inputs: operands(new Draw(lines + 1), lines * channels, channels, lines),
    build: (tape, x, weight, bias) => layerNorm(tape, x, weight, bias, epsilon),
    reference: (x, weight, bias) => layerReference(x, weight, bias, epsilon),
    relative: 4e-6,
  });
});

/** What comes out, for a gradient of ones and twos, and in which dispatches. */
async function outputs(x: Float32Array, rows: number, channels: number, groups: number) {
  const { memory, tape } = await recording();
  const [input, weight, bias] = [
    memory.put(x, [rows, x.length / rows]),
    memory.put(new Float32Array(channels).fill(1)),
    memory.put(new Float32Array(channels)),
  ];
  const places = x.length / rows / channels;
  const y = groupNorm(tape, input, weight, bias, { places, groups, epsilon });
  const forward = tape.dispatches.length;
  const dy = Float32Array.from(x, (_, i) => 1 + (i % 2));
  tape.differentiate(y, memory.put(dy, y.shape));
  const [values, dx] = await run(tape, [y, tape.grad(input)]);
  return { values, dx, dispatches: [forward, tape.dispatches.length - forward] };
}

it.each([2, 40])('keeps all digits beside a mean of 10,000, with %i channels', async (channels) => {
  const x = new Draw(4).floats(3 * 32 * channels, -1.7, 1.7).map((value) => value + 1e4);
  const { values } = await outputs(x, 3, channels, 2);
  const ones = new Float32Array(channels).fill(1);
  const wanted = groupReference(x, ones, new Float32Array(channels), { places: 32, groups: 2, epsilon });
  expectClose(values, wanted, 2e-6);
});

it('gives zeros for equal values, and a finite gradient', async () => {
  const { values, dx } = await outputs(new Float32Array(48).fill(7.3), 2, 4, 2);
  expect(values).toEqual(new Float32Array(48));
  expect(dx.every(Number.isFinite)).toBe(true);
});

it('does not hide values too large to be squared', async () => {
  const { values } = await outputs(Float32Array.of(1e30, -1e30, 3e29, 0), 1, 4, 1);
  expect(values.some(Number.isFinite)).toBe(false);
});

it.each([4, 400])('uses one dispatch, and three for the gradient, over %i places', async (places) => {
  const { dispatches } = await outputs(new Draw(5).floats(places * 4), 1, 4, 2);
  expect(dispatches).toEqual([1, 3]);
});
