type Numbers = ArrayLike<number>;

/** The loss of one value against its target, and its slope; `bce` takes a logit. */
export const losses = {
  mse: (y: number, x: number) => ({ loss: (y - x) ** 2, slope: 2 * (y - x) }),
  bce: (y: number, x: number) => ({ loss: Math.max(y, 0) + Math.log1p(Math.exp(-Math.abs(y))) - x * y, slope: 1 / (1 + Math.exp(-y)) - x }),
} as const;

/** Each row's loss times `factor`, and the gradient of their mean over the `real` first rows; the other rows count nothing. */
export function loss(kind: keyof typeof losses, y: Numbers, x: Numbers, columns: number, real: number, factor: number) {
  const rows = new Float64Array(y.length / columns);
  const dy = new Float64Array(y.length);
  for (let i = 0; i < real * columns; i++) {
    const term = losses[kind](y[i], x[i]);
    rows[Math.floor(i / columns)] += factor * term.loss;
    dy[i] = (factor * term.slope) / real;
  }
  return { rows, dy };
}
