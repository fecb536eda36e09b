type Numbers = ArrayLike<number>;

/** The softmax of each group of columns. */
export function groupSoftmax(y: Numbers, groups: readonly number[]): Float64Array {
  const p = new Float64Array(y.length);
  for (let at = 0; at < y.length;)
    for (const size of groups) {
      const logits = Array.from({ length: size }, (_, c) => y[at + c]);
      const most = Math.max(...logits);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
      logits.forEach((logit, c) => (p[at + c] = Math.exp(logit - most) / total));
      at += size;
    }
  return p;
}

/**
 * The softmax cross-entropy of groups of columns: what each column adds, each row's sum times `factor`, and the gradient
 * of the mean over the `real` first rows; the other rows count nothing.
 */
export function categorical(y: Numbers, x: Numbers, groups: readonly number[], real: number, factor: number) {
  const columns = groups.reduce((sum, size) => sum + size, 0);
  const p = groupSoftmax(y, groups);
  const [elements, dy] = [new Float64Array(y.length), new Float64Array(y.length)];
  const rows = new Float64Array(y.length / columns);
  for (let at = 0; at < y.length;)
    for (const size of groups) {
      const row = Math.floor(at / columns);
      const logits = Array.from({ length: size }, (_, c) => y[at + c]);
      const most = Math.max(...logits);
      const best = logits.indexOf(most);
      const rest = logits.reduce((sum, logit, c) => (c === best ? sum : sum + Math.exp(logit - most)), 0);
      const all = logits.reduce((sum, _, c) => sum + x[at + c], 0);
      for (let c = at; c < at + size; c++) {
        elements[c] = x[c] ? x[c] * (most - y[c] + Math.log1p(rest)) : 0;
        if (row >= real) continue;
        rows[row] += factor * elements[c];
        // 1 − p of the right answer, from all the others, as a difference would lose its digits.
        const others = logits.reduce((sum, logit, k) => (at + k === c ? sum : sum + Math.exp(logit - most)), 0);
        const wrong = all === 1 && x[c] === 1;
        dy[c] = (factor / real) * (wrong ? -others / (1 + rest) : all * p[c] - x[c]);
      }
      at += size;
    }
  return { rows, elements, dy };
}
