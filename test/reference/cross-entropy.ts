import { softmax } from './softmax.ts';

/** Each row's loss, whether it is right, and the gradient of the mean over the `real` first rows; the other rows count nothing. */
export function crossEntropy(y: ArrayLike<number>, labels: ArrayLike<number>, classes: number, real: number) {
  const rows = labels.length;
  const dy = softmax(y, classes);
  const [losses, hits] = [new Float64Array(rows), new Float64Array(rows)];
  for (let r = 0; r < rows; r++) {
    const logits = Array.from({ length: classes }, (_, c) => y[r * classes + c]);
    const most = Math.max(...logits);
    const best = logits.indexOf(most);
    if (r < real) {
      const rest = logits.reduce((sum, v, c) => (c === best ? sum : sum + Math.exp(v - most)), 0);
      losses[r] = most - logits[labels[r]] + Math.log1p(rest);
      hits[r] = Number(best === labels[r]);
      dy[r * classes + labels[r]] = 0;
      dy[r * classes + labels[r]] = -dy.subarray(r * classes, (r + 1) * classes).reduce((a, b) => a + b, 0);
    }
    for (let c = 0; c < classes; c++) dy[r * classes + c] *= r < real ? 1 / real : 0;
  }
  return { losses, hits, dy };
}
