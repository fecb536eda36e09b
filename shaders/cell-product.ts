import { columnInfo } from './cells.ts';
import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * The product of a weight [places, units] and the encoded cells of a row. The encoding has one value other than 0 for each column, so it is never
 * built. A number has two places: its value is in the first, or 1 in the second if it is blank. A category has 1 in its own place, or in the
 * column's last place if it is blank.
 */
const placed = wgsl`
${columnInfo}
struct Place { at: u32, value: f32 }
fn place_of(cell: f32, column: Column) -> Place {
  let blank = is_blank(cell);
  if (column.categories == 0u) {
    return Place(column.first_in + u32(blank), select(cell, 1.0, blank));
  }
  // Limited to the column's places, even for an invalid cell.
  return Place(column.first_in + select(min(u32(max(cell, 0.0)), column.size - 1u), column.size, blank), 1.0);
}
`;

/** y[r,o] = bias[o] + Σ_c value(r,c) w[place(r,c), o] */
export const cellProduct = (wide: boolean, bias: boolean) =>
  shader<'x' | 'info' | 'w' | 'y', 'bias'>(
    'cell product',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> info: array<Column>;
@group(0) @binding(2) var<storage, read> w: array<${wide ? 'vec4f' : 'f32'}>;
@group(0) @binding(3) var<storage, read_write> y: array<${wide ? 'vec4f' : 'f32'}>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
#if ${bias}
@group(0) @binding(5) var<storage, read> bias: array<${wide ? 'vec4f' : 'f32'}>;
#endif
struct Sizes { size: u32, columns: u32, outs: u32 }
${grid}
${placed}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= sizes.size) { return; }
  let columns = sizes.columns;
  let outs = sizes.outs;
  let row = t / outs;
  let o = t - row * outs;
#if ${bias}
  var sum = bias[o];
#else
  var sum = ${wide ? 'vec4f()' : '0.0'};
#endif
  for (var c = 0u; c < columns; c++) {
    let place = place_of(x[row * columns + c], info[c]);
    sum += place.value * w[place.at * outs + o];
  }
  y[t] = sum;
}
`,
  );

/**
 * dw[p,o] = Σ_r value(r,c) dy[r,o] over the rows r whose cell is in place p, in their order
 *
 * One invocation computes all places of a column for one output, or four, so that no two invocations write the same value.
 */
export const cellWeights = (wide: boolean) =>
  shader<'x' | 'info' | 'dy' | 'dw'>(
    'cell weights',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> info: array<Column>;
@group(0) @binding(2) var<storage, read> dy: array<${wide ? 'vec4f' : 'f32'}>;
@group(0) @binding(3) var<storage, read_write> dw: array<${wide ? 'vec4f' : 'f32'}>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, outs: u32 }
override add_dw = false;
${grid}
${placed}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let rows = sizes.rows;
  let columns = sizes.columns;
  let outs = sizes.outs;
  if (t >= columns * outs) { return; }
  let c = t / outs;
  let o = t - c * outs;
  let column = info[c];
  if (column.categories == 0u) {
    // Both places of a number in one pass, in registers.
    var sum = ${wide ? 'vec4f()' : '0.0'};
    var blanks = sum;
    for (var row = 0u; row < rows; row++) {
      let cell = x[row * columns + c];
      let d = dy[row * outs + o];
      if (is_blank(cell)) { blanks += d; } else { sum += cell * d; }
    }
    let at = column.first_in * outs + o;
    if (add_dw) {
      sum += dw[at];
      blanks += dw[at + outs];
    }
    dw[at] = sum;
    dw[at + outs] = blanks;
    return;
  }
  if (!add_dw) {
    for (var p = 0u; p <= column.size; p++) { dw[(column.first_in + p) * outs + o] = ${wide ? 'vec4f()' : '0.0'}; }
  }
  for (var row = 0u; row < rows; row++) {
    let at = place_of(x[row * columns + c], column).at * outs + o;
    dw[at] += dy[row * outs + o];
  }
}
`,
  );
