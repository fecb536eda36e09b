import type { TermKind } from '../../src/kernels/loss.ts';

type Numbers = ArrayLike<number>;

/** Huber's loss. */
export const huber = (delta: number) => (y: number, x: number) => {
  const d = y - x;
  return Math.abs(d) <= delta
    ? { loss: d ** 2 / 2, slope: d }
    : { loss: delta * (Math.abs(d) - delta / 2), slope: delta * Math.sign(d) };
};

/** The loss of one value against its target, and its slope; `bce` takes a logit. */
export const losses = {
  mse: (y: number, x: number) => ({ loss: (y - x) ** 2, slope: 2 * (y - x) }),
  bce: (y: number, x: number) => ({
    loss: Math.max(y, 0) + Math.log1p(Math.exp(-Math.abs(y))) - x * y,
    slope: 1 / (1 + Math.exp(-y)) - x,
  }),
  mae: (y: number, x: number) => ({ loss: Math.abs(y - x), slope: Math.sign(y - x) }),
  huber: huber(1),
} as const;

/**
 * Each row's loss times `factor`, and the gradient of their mean over the `real` first rows; the other rows count nothing. A target of NaN is blank:
 * it counts nothing, and with `share` the others of its row count for it, too.
 */
export function loss(
  kind: keyof typeof losses,
  y: Numbers,
  x: Numbers,
  columns: number,
  real: number,
  factor: number,
  share = false,
) {
  const rows = new Float64Array(y.length / columns);
  const dy = new Float64Array(y.length);
  const there = new Float64Array(rows.length);
  for (let i = 0; i < real * columns; i++) there[Math.floor(i / columns)] += Number(!Number.isNaN(x[i]));
  for (let i = 0; i < real * columns; i++) {
    if (Number.isNaN(x[i])) continue;
    const row = Math.floor(i / columns);
    const part = share ? columns / there[row] : 1;
    const term = losses[kind](y[i], x[i]);
    rows[row] += part * factor * term.loss;
    dy[i] = (part * factor * term.slope) / real;
  }
  return { rows, dy };
}

type Term = (y: number, x: number) => number;

/** What is added up of each value y, and of its partner x where there is one. */
export const terms: Record<TermKind, Term> = {
  mse: (y, x) => losses.mse(y, x).loss,
  bce: (y, x) => losses.bce(y, x).loss,
  mae: (y, x) => losses.mae(y, x).loss,
  huber: (y, x) => losses.huber(y, x).loss,
  product: (y, x) => y * x,
  square: (y) => y * y,
  absolute: Math.abs,
  value: (y) => y,
  real: (y) => losses.bce(y, 1).loss,
  fake: (y) => losses.bce(y, 0).loss,
};

/** Each row's sum of terms times `factor`, Σ|term| beside it, and the gradients of the mean over the `real` first rows, by differences. */
export function rowSums(term: Term, y: Numbers, x: Numbers, columns: number, real: number, factor: number) {
  const [rows, magnitude] = [new Float64Array(y.length / columns), new Float64Array(y.length / columns)];
  const [dy, dx] = [new Float64Array(y.length), new Float64Array(y.length)];
  const h = 1e-5;
  const difference = (f: (off: number) => number) => ((f(h) - f(-h)) / (2 * h)) * (factor / real);
  for (let i = 0; i < real * columns; i++) {
    const row = Math.floor(i / columns);
    rows[row] += factor * term(y[i], x[i]);
    magnitude[row] += factor * Math.abs(term(y[i], x[i]));
    dy[i] = difference((off) => term(y[i] + off, x[i]));
    dx[i] = difference((off) => term(y[i], x[i] + off));
  }
  return { rows, magnitude, dy, dx };
}
