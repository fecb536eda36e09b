import { logBeyondOne } from './cross-entropy.ts';
import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { batchRows, byWeight, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** Chunk: `starts`, the first column of each group and, at the end, the number of columns. */
const groupStarts = (groups: readonly number[]) => {
  let at = 0;
  const starts = [0, ...groups.map((size) => (at += size))];
  return wgsl`
const starts = array<u32, ${starts.length}>(${starts.map((start) => `${start}u`).join(', ')});
`;
};

/** Chunk: `ahead(first, end)`, the first of the largest logits, and `rest_of`, Σ e^{y − largest} over all others. */
const largestOfGroup = wgsl`
fn ahead(first: u32, end: u32) -> u32 {
  var best = first;
  for (var c = first + 1u; c < end; c++) {
    if (y[c] > y[best]) { best = c; }
  }
  return best;
}
fn rest_of(first: u32, end: u32, best: u32) -> f32 {
  var rest = 0.0;
  for (var c = first; c < end; c++) {
    if (c != best) { rest += accurate_exp(y[c] - y[best]); }
  }
  return rest;
}
`;

/**
 * Of the columns c of a group, with logits y and probabilities x (one-hot, or any that are at least 0):
 *   l_c = x_c (log Σ_k e^{y_k} − y_c)      dl/dy_c = X softmax(y)_c − x_c,  X = Σ_k x_k
 *
 * sums[r,p] = factor Σ l over the groups of strip p, dy likewise, times `gradient_factor` / batch_rows; with `weighted` both are multiplied by the
 * row's weight. An element's own loss is factor l_c. Rows past the real ones get zeros. With the largest logit apart, the logarithm is
 * (largest − y_c) + log(1 + rest), which keeps its digits where the model is sure and right.
 */
export const categoricalShader = (
  groups: readonly number[],
  writes: 'gradient' | 'elements' | 'sums',
  weighted = false,
) =>
  shader<'y' | 'x' | 'state' | 'sums', 'dy' | 'elements' | 'weights'>(
    `categorical${writes === 'gradient' ? ' with gradient' : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
#if ${writes === 'gradient'}
@group(0) @binding(4) var<storage, read_write> dy: array<f32>;
override add_dy = false;
override gradient_factor: f32;
#elif ${writes === 'elements'}
@group(0) @binding(4) var<storage, read_write> elements: array<f32>;
#endif
#if ${weighted}
@group(0) @binding(${writes === 'sums' ? 4 : 5}) var<storage, read> weights: array<f32>;
#endif
override rows: u32;
override columns: u32;
override strips: u32;
override factor: f32;
${grid}
${state()}
${batchRows}
${math}
${logBeyondOne}
${groupStarts(groups)}
${largestOfGroup}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= rows * strips) { return; }
  let row = t / strips;
  let real = row < batch_rows();
#if ${writes === 'gradient'}
  let weight = select(0.0, gradient_factor / f32(batch_rows())${byWeight(weighted)}, real);
#endif
  var sum = 0.0;
  for (var g = t % strips; g < ${groups.length}u; g += strips) {
    let first = row * columns + starts[g];
    let end = row * columns + starts[g + 1u];
    let best = ahead(first, end);
    let rest = rest_of(first, end, best);
    let log_total = log_beyond_one(rest);
    var all = 0.0;
    for (var c = first; c < end; c++) {
      // Also of columns with x = 0, so that what is not finite goes on into the sum: the functions above would hide it.
      let l = x[c] * ((y[best] - y[c]) + log_total);
#if ${writes === 'elements'}
      elements[c] = factor * l;
#endif
      all += x[c];
      sum += l;
    }
#if ${writes === 'gradient'}
    for (var c = first; c < end; c++) {
      let e = select(accurate_exp(y[c] - y[best]), 1.0, c == best);
      // X e − x first: of the right answer it is 0, and what is left keeps its digits.
      var d = weight * ((all * e - x[c]) - x[c] * rest) / (1.0 + rest);
      if (add_dy) { d += dy[c]; }
      dy[c] = d;
    }
#endif
  }
  sums[t] = select(0.0, factor * sum${byWeight(weighted)}, real);
}
`,
  );

/** p_c = e^{y_c} / Σ_k e^{y_k} over the columns k of c's group. An invocation does a group of a row. */
export const groupSoftmaxShader = (groups: readonly number[]) =>
  shader<'y' | 'p'>(
    'softmax of groups',
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;
override rows: u32;
override columns: u32;
${grid}
${math}
${groupStarts(groups)}
${largestOfGroup}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= rows * ${groups.length}u) { return; }
  let g = t % ${groups.length}u;
  let begin = t / ${groups.length}u * columns;
  let first = begin + starts[g];
  let end = begin + starts[g + 1u];
  let best = ahead(first, end);
  let total = 1.0 + rest_of(first, end, best);
  for (var c = first; c < end; c++) { p[c] = accurate_exp(y[c] - y[best]) / total; }
}
`,
  );
