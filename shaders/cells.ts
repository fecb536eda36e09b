import { blankCell, largestValue } from './blanks.ts';
import { grid, groupSize } from './grid.ts';
import { batchDraws } from './random.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * Cells of tables, [rows, columns] of float32: of a column of numbers the number; of one of categories the category's place, a whole number. A cell that
 * is blank holds a number larger than any other, as not all devices keep NaN apart.
 */

/**
 * A column, as four words: whether it holds categories; its first row in the weight of the first layer; its first output; and the number of its
 * categories, the one for all that are not known included, or 1.
 */
export const columnInfo = wgsl`
struct Column { categories: u32, first_in: u32, first_out: u32, size: u32 }
fn is_blank(cell: f32) -> bool {
  return cell > ${largestValue};
}
`;

/** y[r,c] = (x[r,c] − shift[c]) / spread[c]. Blanks stay blanks, and categories, of shift 0 and spread 1, stay as they are. */
export const scaleCells = () =>
  shader<'x' | 'shift' | 'spread' | 'y'>(
    'scale cells',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> shift: array<f32>;
@group(0) @binding(2) var<storage, read> spread: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
override size: u32;
override columns: u32;
${grid}
${columnInfo}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= size) { return; }
  let c = i % columns;
  let cell = x[i];
  y[i] = select((cell - shift[c]) / spread[c], cell, is_blank(cell));
}
`,
  );

/** What can be done to cells of a batch at random. */
export type CellCorruption = 'hide' | 'swap';

/**
 * hide  y[r,c] is blank with probability ν, else x[r,c]
 * swap  y[r,c] = x[s,c] with probability ν, with s any row of the batch, else x[r,c]
 *
 * An invocation draws for two neighbours of a row.
 */
export const corruptCells = (kind: CellCorruption) =>
  shader<'x' | 'state' | 'y'>(
    `${kind} cells`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override rows: u32;
override columns: u32;
override threshold: u32;
${grid}
${state()}
${batchRows}
${batchDraws}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let width = (columns + 1u) / 2u;
  if (t >= rows * width) { return; }
  let row = t / width;
  let words = draw(t % width, row);
  for (var n = 0u; n < 2u; n++) {
    let c = 2u * (t % width) + n;
    if (c >= columns) { return; }
    let i = row * columns + c;
    // Two words for each cell: whether, and with which row.
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

/** y[r,c] = x[r,c], but column `hidden` is blank */
export const hideColumn = () =>
  shader<'x' | 'y'>(
    'hide column',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override size: u32;
override columns: u32;
override hidden: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= size) { return; }
  y[i] = select(x[i], ${blankCell}, i % columns == hidden);
}
`,
  );

/** y[r,taken] = x[r,taken], and nothing else of y is written */
export const takeColumn = () =>
  shader<'x' | 'y'>(
    'take column',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override rows: u32;
override columns: u32;
override taken: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation(id, groups);
  if (row >= rows) { return; }
  y[row * columns + taken] = x[row * columns + taken];
}
`,
  );

/** cells[r,c]: of a column of numbers its output; of one of categories the first of the most probable ones, of those that have a name; blank where there is none. */
export const cellsOfOutputs = () =>
  shader<'y' | 'info' | 'cells'>(
    'cells of outputs',
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> info: array<Column>;
@group(0) @binding(2) var<storage, read_write> cells: array<f32>;
override size: u32;
override columns: u32;
override outs: u32;
${grid}
${columnInfo}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= size) { return; }
  let column = info[i % columns];
  let first = i / columns * outs + column.first_out;
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
