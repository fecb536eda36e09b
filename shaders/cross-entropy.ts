import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { batchRows, byWeight, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** Chunk `log_beyond_one(u)`, for logarithms of sums of exponentials. The chunk `math` must precede it. */
export const logBeyondOne = wgsl`
/** log(1 + u) for any u ≥ 0. */
fn log_beyond_one(u: f32) -> f32 {
  if (u <= 1.0) { return log1p(u); }
  let bits = bitcast<u32>(1.0 + u);
  let mantissa = bitcast<f32>((bits & 0x7fffffu) | 0x3f800000u);
  return f32(i32(bits >> 23u) - 127) * 0.69314718 + log1p(mantissa - 1.0);
}
`;

/**
 * loss[r] = log Σ_c e^{y[r,c]} − y[r, label_r],  hit[r] = 1 if y[r, label_r] is the largest of the row, the first of equals
 * dy[r,c] = (softmax(y[r])_c − [c = label_r]) / batch_rows
 *
 * An invocation a row. Rows past the real ones count nothing. With largest the largest value and rest = Σ of all other e^{y − largest}, the loss
 * is (largest − y_label) + log(1 + rest), which keeps its digits where the model is sure and right. With `weighted` the loss and the gradient of a row
 * are multiplied by its weight.
 */
export const crossEntropyShader = (gradient: boolean, weighted = false) =>
  shader<'y' | 'labels' | 'state' | 'losses' | 'hits', 'dy' | 'weights'>(
    `cross-entropy${gradient ? ' with gradient' : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<u32>;
@group(0) @binding(1) var<storage, read> labels: array<f32>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(4) var<storage, read_write> hits: array<f32>;
#if ${gradient}
@group(0) @binding(5) var<storage, read_write> dy: array<f32>;
override add_dy = false;
#endif
#if ${weighted}
@group(0) @binding(${gradient ? 6 : 5}) var<storage, read> weights: array<f32>;
#endif
override rows: u32;
override classes: u32;
${grid}
${state()}
${batchRows}
${math}
fn y_at(i: u32) -> f32 {
  return bitcast<f32>(y[i]);
}

${logBeyondOne}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation(id, groups);
  if (row >= rows) { return; }
  let start = row * classes;
  let label = u32(labels[row]);
  let real = row < batch_rows();

  var largest = y_at(start);
  var best = 0u;
  // A value that is not finite is written to the loss unchanged, as the functions below would hide it. The test reads the bits in memory, because
  // a compiler may assume that floats are finite.
  var bad = 0u;
  for (var c = 0u; c < classes; c++) {
    let bits = y[start + c];
    let v = bitcast<f32>(bits);
    if ((bits & 0x7f800000u) == 0x7f800000u) { bad = bits; }
    if (v > largest) {
      largest = v;
      best = c;
    }
  }
  var rest = 0.0;
  for (var c = 0u; c < classes; c++) {
    if (c != best) { rest += accurate_exp(y_at(start + c) - largest); }
  }
  var loss = (largest - y_at(start + label)) + log_beyond_one(rest);
  if (bad != 0u) { loss = bitcast<f32>(bad); }
  losses[row] = select(0.0, loss${byWeight(weighted)}, real);
  hits[row] = select(0.0, 1.0, real && best == label);
#if ${gradient}
  let weight = select(0.0, 1.0 / f32(batch_rows())${byWeight(weighted)}, real);
  for (var c = 0u; c < classes; c++) {
    let e = accurate_exp(y_at(start + c) - largest);
    // For the label, the sum over all others: 1 − p would lose digits.
    let others = select(1.0 + rest - e, rest, c == best);
    var d = weight * select(e, -others, c == label) / (1.0 + rest);
    if (add_dy) { d += dy[start + c]; }
    dy[start + c] = d;
  }
#endif
}
`,
  );
