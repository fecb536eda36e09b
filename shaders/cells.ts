import { blankCell, largestValue } from './blanks.ts';
import { grid, groupSize } from './grid.ts';
import { batchDraws } from './random.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * Cells of tables are float32 [rows, columns]. In a column of numbers a cell is the number; in a column of categories it is the category's index.
 * A blank cell holds a number larger than any allowed value, because not every device can detect NaN.
 */

/**
 * A column, as four words: whether it holds categories; its first row in the weight of the first layer; its first output; and the number of its
 * categories, including the one for unknown categories, or 1 for numbers.
 */
export const columnInfo = wgsl`
struct Column { categories: u32, first_in: u32, first_out: u32, size: u32 }
fn is_blank(cell: f32) -> bool {
  return cell > ${largestValue};
}
`;

/** y[r,c] = (x[r,c] − shift[c]) / spread[c]. Blanks stay blank, and categories do not change, as they have shift 0 and spread 1. */
export const scaleCells = () =>
  shader<'x' | 'shift' | 'spread' | 'y'>(
    'scale cells',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> shift: array<f32>;
@group(0) @binding(2) var<storage, read> spread: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
struct Sizes { size: u32, columns: u32 }
${grid}
${columnInfo}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  let c = i % sizes.columns;
  let cell = x[i];
  y[i] = select((cell - shift[c]) / spread[c], cell, is_blank(cell));
}
`,
  );

/** The ways to corrupt cells of a batch at random. */
export type CellCorruption = 'hide' | 'swap';

/**
 * hide  y[r,c] is blank with probability ν, else x[r,c]
 * swap  y[r,c] = x[s,c] with probability ν, with s any row of the batch, else x[r,c]
 *
 * One invocation draws for two neighbouring cells of a row.
 */
export const corruptCells = (kind: CellCorruption) =>
  shader<'x' | 'state' | 'y'>(
    `${kind} cells`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, threshold: u32, which: u32 }
${grid}
${state()}
${batchRows}
${batchDraws}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let columns = sizes.columns;
  let threshold = sizes.threshold;
  let width = (columns + 1u) / 2u;
  if (t >= sizes.rows * width) { return; }
  let row = t / width;
  let pair = t - row * width;
  let words = draw(pair, row);
  for (var n = 0u; n < 2u; n++) {
    let c = 2u * pair + n;
    if (c >= columns) { return; }
    let i = row * columns + c;
    // Two words for each cell: the first decides whether it changes, the second chooses the row.
    let chosen = words[2u * n] < threshold;
#if ${kind === 'hide'}
    y[i] = select(x[i], ${blankCell}, chosen);
#else
    y[i] = select(x[i], x[words[2u * n + 1u] % batch_rows() * columns + c], chosen);
#endif
  }
}
`,
  );

/** y[r,c] = x[r,c], except that column `hidden` is blank */
export const hideColumn = () =>
  shader<'x' | 'y'>(
    'hide column',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { size: u32, columns: u32, hidden: u32 }
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  y[i] = select(x[i], ${blankCell}, i % sizes.columns == sizes.hidden);
}
`,
  );

/** y[r,taken] = x[r,taken]; the other columns of y are not written */
export const takeColumn = () =>
  shader<'x' | 'y'>(
    'take column',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, taken: u32 }
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation(id, groups);
  if (row >= sizes.rows) { return; }
  let at = row * sizes.columns + sizes.taken;
  y[at] = x[at];
}
`,
  );

/** cells[r,c]: a number's output; or the most probable category that has a name, the first of equals, and blank if none has a name. */
export const cellsOfOutputs = () =>
  shader<'y' | 'info' | 'cells'>(
    'cells of outputs',
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> info: array<Column>;
@group(0) @binding(2) var<storage, read_write> cells: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { size: u32, columns: u32, outs: u32 }
${grid}
${columnInfo}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  let row = i / sizes.columns;
  let column = info[i - row * sizes.columns];
  let first = row * sizes.outs + column.first_out;
  if (column.categories == 0u) {
    cells[i] = y[first];
    return;
  }
  var best = 0u;
  for (var k = 1u; k + 1u < column.size; k++) {
    if (y[first + k] > y[first + best]) { best = k; }
  }
  cells[i] = select(f32(best), ${blankCell}, column.size == 1u);
}
`,
  );
