import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { categoricalLoss, categoricalLosses, groupSoftmax } from '../../src/kernels/categorical.ts';
import { multiply } from '../../src/kernels/elementwise.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { categorical as reference, groupSoftmax as softmaxReference } from '../reference/categorical.ts';
import { expectClose } from '../support/close.ts';
import { differences } from '../support/gradient.ts';
import { assumingFinite, withRewritten } from '../support/pretended.ts';
import { Draw } from '../support/random.ts';
import { perRow } from '../support/row-sums.ts';
import { run, recording } from '../support/run.ts';

const sum = (values: Iterable<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** Losses, probabilities and the gradient of a batch whose first `real` rows count. */
async function onDevice(
  y: Float32Array,
  x: Float32Array,
  groups: readonly number[],
  { factor = 1, real, other }: { factor?: number; real?: number; other?: Gpu } = {},
) {
  const columns = sum(groups);
  const rows = y.length / columns;
  const epoch = { batch: rows, examples: 1000, position: 1000 - (real ?? rows) };
  const { memory, tape, state } = await recording(epoch, other);
  const [logits, targets] = [memory.put(y, [rows, columns]), memory.put(x, [rows, columns])];
  const sums = categoricalLoss(tape, logits, targets, groups, state, factor);
  const elements = categoricalLosses(tape, logits, targets, groups, state, factor);
  const likely = groupSoftmax(tape, logits, groups);
  tape.differentiate([{ sums }]);
  const [strips, each, probabilities, dy] = await run(tape, [sums, elements, likely, tape.grad(logits)]);
  return { rows: perRow(strips, rows), elements: each, probabilities, dy };
}

/** Logits, and a category of each group; every fifth group has none, every seventh probabilities. */
function drawn(rows: number, groups: readonly number[], size = 4) {
  const draw = new Draw(rows + groups.length);
  const columns = sum(groups);
  const y = draw.floats(rows * columns, -size, size);
  const x = new Float32Array(rows * columns);
  let at = 0;
  for (let n = 0; at < x.length; n++) {
    const width = groups[n % groups.length];
    const [u] = draw.floats(1, 0, 1);
    if (n % 7 === 6) for (let c = 0; c < width; c++) x[at + c] = 1 / width;
    else if (n % 5 !== 4) x[at + Math.floor(u * width)] = 1;
    at += width;
  }
  return { y, x };
}

describe('the cross-entropy of groups', () => {
  it.each<[string, number, number[]]>([
    ['one group', 1, [3]],
    ['a group of one, which nothing can be wrong about', 5, [1]],
    ['groups of different sizes', 7, [3, 1, 5, 2]],
    ['as many groups as strips', 3, Array(16).fill(2)],
    ['a group more than strips', 66, Array.from({ length: 17 }, (_, g) => 1 + (g % 4))],
    ['many groups', 5, Array(70).fill(3)],
    ['a long list of categories', 4, [1000, 3]],
  ])('fits float64, and so does its gradient: %s', async (_, rows, groups) => {
    const { y, x } = drawn(rows, groups);
    for (const real of new Set([rows, Math.ceil(rows / 2)])) {
      const factor = 1 / groups.length;
      const actual = await onDevice(y, x, groups, { factor, real });
      const wanted = reference(y, x, groups, real, factor);
      expectClose(actual.rows, wanted.rows, (r) => 2e-6 * wanted.rows[r], 'rows');
      const allowed = (i: number) => (4e-6 + 2e-8 * groups[0]) * Math.abs(wanted.dy[i]) + 1e-8 / real;
      expectClose(actual.dy, wanted.dy, allowed, 'gradient');
      const elements = wanted.elements.map((value) => factor * value);
      expectClose(actual.elements, elements, (i) => 2e-6 * elements[i] + 1e-9, 'elements');
      const likely = softmaxReference(y, groups);
      expectClose(actual.probabilities, likely, (i) => 2e-6 * likely[i], 'probabilities');
    }
  });

  it('has the gradient that differences of the float64 loss give', async () => {
    const groups = [3, 2, 4];
    const { y, x } = drawn(5, groups, 2);
    const wanted = differences((logits) => sum(reference(logits, x, groups, 5, 0.5).rows) / 5, Float64Array.from(y));
    expectClose((await onDevice(y, x, groups, { factor: 0.5 })).dy, wanted, 1e-7);
  });

  it('keeps its digits where the model is sure, right or wrong', async () => {
    const y = Float32Array.of(30, 0, -30, -30, 0, 30, 100, -100, 0);
    const x = Float32Array.of(1, 0, 0, 1, 0, 0, 1, 0, 0);
    const [actual, wanted] = [await onDevice(y, x, [3]), reference(y, x, [3], 3, 1)];
    expectClose(actual.rows, wanted.rows, (r) => 1e-6 * wanted.rows[r] + 1e-38);
    expectClose(actual.dy, wanted.dy, (i) => 2e-6 * Math.abs(wanted.dy[i]) + 1e-38, 'gradient');
  });

  it.each([NaN, Infinity, -Infinity])('passes a logit of %f on into the loss', async (bad) => {
    const x = Float32Array.of(0, 1, 0, 1, 0);
    const y = Float32Array.of(1, 2, bad, 0.5, 1);
    const { rows } = await onDevice(y, x, [3, 2]);
    expect(Number.isFinite(rows[0])).toBe(false);
  });

  it('passes it on where a compiler takes floats for finite', async () => {
    const other = await withRewritten(assumingFinite);
    const { rows } = await onDevice(Float32Array.of(1, NaN), Float32Array.of(1, 0), [2], { other });
    expect(rows[0]).toBeNaN();
  });

  it('adds to a gradient that is there already', async () => {
    const { memory, tape, state } = await recording({ batch: 1, examples: 1, position: 0 });
    const [y, x] = [memory.put([0.5, -1], [1, 2]), memory.put([1, 0], [1, 2])];
    for (let i = 0; i < 2; i++) categoricalLoss(tape, y, x, [2], state, 1);
    tape.differentiate();
    const [dy] = await run(tape, [tape.grad(y)]);
    const wanted = reference([0.5, -1], [1, 0], [2], 1, 2).dy;
    expectClose(dy, wanted, 1e-6);
  });

  it('refuses shapes and weights that do not go together', async () => {
    const { tape, state } = await recording();
    const [y, x] = [tape.tensor([2, 3]), tape.tensor([2, 3])];
    expect(() => categoricalLoss(tape, y, tape.tensor([3, 2]), [3], state, 1)).toThrow(ShapeError);
    expect(() => categoricalLoss(tape, y, x, [2], state, 1)).toThrow('rows of [3] are not made of groups of 2 columns');
    expect(() => categoricalLoss(tape, y, x, [3], state, 1, tape.tensor([3]))).toThrow(ShapeError);
    expect(() => groupSoftmax(tape, multiply(tape, y, x), [4])).toThrow(ShapeError);
  });
});
