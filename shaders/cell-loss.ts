import { columnInfo } from './cells.ts';
import { logBeyondOne } from './cross-entropy.ts';
import { blankCell } from './blanks.ts';
import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { batchRows, byWeight, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * For a cell x[r,c] that is not blank, and the outputs y of its column:
 *   a number    l = ½ (y − x)²                     dl/dy = y − x
 *   a category  l = log Σ_k e^{y_k} − y_x          dl/dy = softmax(y) − one-hot
 *
 * sums[r,p] = Σ_c l[r,c] over strip p of the row's columns. With `mean` it is divided by the number of the row's cells that are not blank. dy is
 * scaled likewise, times `gradient_factor` / batch_rows. For a blank cell, l and dy are 0, and its element is blank. Padding rows get zeros. With
 * `weighted` the sums and the gradient of a row are multiplied by its weight.
 */
export const cellLossShader = (writes: 'gradient' | 'elements' | 'sums', weighted = false) =>
  shader<'y' | 'x' | 'info' | 'state' | 'sums', 'dy' | 'elements' | 'weights'>(
    `cell loss${writes === 'gradient' ? ' with gradient' : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> info: array<Column>;
@group(0) @binding(3) var<storage, read> state: State;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
#if ${writes === 'gradient'}
@group(0) @binding(6) var<storage, read_write> dy: array<f32>;
override add_dy = false;
#elif ${writes === 'elements'}
@group(0) @binding(6) var<storage, read_write> elements: array<f32>;
#endif
#if ${weighted}
@group(0) @binding(${writes === 'sums' ? 6 : 7}) var<storage, read> weights: array<f32>;
#endif
struct Sizes {
  rows: u32, columns: u32, outs: u32, strips: u32, mean: u32${writes === 'gradient' ? ', gradient_factor: f32' : ''},
}
${grid}
${state()}
${batchRows}
${columnInfo}
${math}
${logBeyondOne}
fn y_at(i: u32) -> f32 {
  return bitcast<f32>(y[i]);
}
#if ${writes === 'gradient'}
fn write(i: u32, d: f32) {
  dy[i] = select(d, d + dy[i], add_dy);
}
#endif

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let columns = sizes.columns;
  let outs = sizes.outs;
  let strips = sizes.strips;
  if (t >= sizes.rows * strips) { return; }
  let row = t / strips;
  let real = row < batch_rows();
  var factor = 1.0;
  if (sizes.mean != 0u) {
    var cells = 0u;
    for (var c = 0u; c < columns; c++) { cells += u32(!is_blank(x[row * columns + c])); }
    factor = 1.0 / f32(max(cells, 1u));
  }
#if ${writes === 'gradient'}
  let weight = select(0.0, factor * sizes.gradient_factor / f32(batch_rows())${byWeight(weighted)}, real);
#endif
  var sum = 0.0;
  for (var c = t - row * strips; c < columns; c += strips) {
    let column = info[c];
    let first = row * outs + column.first_out;
    let cell = x[row * columns + c];
    if (is_blank(cell)) {
#if ${writes === 'gradient'}
      for (var k = 0u; k < column.size; k++) { write(first + k, 0.0); }
#elif ${writes === 'elements'}
      elements[row * columns + c] = ${blankCell};
#endif
      continue;
    }
    var l = 0.0;
    if (column.categories == 0u) {
      let d = y_at(first) - cell;
      l = 0.5 * d * d;
#if ${writes === 'gradient'}
      write(first, weight * d);
#endif
    } else {
      let category = min(u32(max(cell, 0.0)), column.size - 1u);
      var largest = y_at(first);
      var best = 0u;
      // A value that is not finite is written to the loss unchanged, as the functions below would hide it.
      var bad = 0u;
      for (var k = 0u; k < column.size; k++) {
        let bits = y[first + k];
        let v = bitcast<f32>(bits);
        if ((bits & 0x7f800000u) == 0x7f800000u) { bad = bits; }
        if (v > largest) {
          largest = v;
          best = k;
        }
      }
      var rest = 0.0;
      for (var k = 0u; k < column.size; k++) {
        if (k != best) { rest += accurate_exp(y_at(first + k) - largest); }
      }
      l = (largest - y_at(first + category)) + log_beyond_one(rest);
      if (bad != 0u) { l = bitcast<f32>(bad); }
#if ${writes === 'gradient'}
      for (var k = 0u; k < column.size; k++) {
        let e = accurate_exp(y_at(first + k) - largest);
        // For the category itself, the sum over all others: 1 − p would lose digits.
        let others = select(1.0 + rest - e, rest, k == best);
        write(first + k, weight * select(e, -others, k == category) / (1.0 + rest));
      }
#endif
    }
#if ${writes === 'elements'}
    elements[row * columns + c] = l;
#endif
    sum += l;
  }
  sums[t] = select(0.0, factor * sum${byWeight(weighted)}, real);
}
`,
  );
