import { grid, groupSize } from './grid.ts';
import { lanesOfPlace, squareSide } from './sparse.ts';
import { shader, unroll, wgsl } from './wgsl.ts';

/**
 * The kernels of sparse.ts without workgroup memory, for CPUs. There, barriers are slow, and starting an inner loop costs more than dozens of
 * additions. Each kernel adds in the same order as its counterpart in sparse.ts, so the bits are the same.
 */

/** Invocations of a workgroup that transposes a square; each moves one block of it. */
export const blocksOfSquare = 16;
const blockSide = 4;
/** Adjacent sums that one invocation computes. */
export const sumsEach = 16;

const sums = Array.from({ length: sumsEach }, (_, i) => `sum${i}`);

/** Adds the products of v and adjacent numbers. Past a row's end they are invalid, and their sums are not stored. */
const addProducts = (array: string): string =>
  sums.map((sum, i) => `${sum} += v * ${array}[start + ${i}u];`).join('\n    ');
const zeros = sums.map((sum) => `var ${sum} = 0.0;`).join(' ');

/** y = wᵀ for w [rows, columns] */
export const transposeAlone = () =>
  shader<'w' | 'y'>(
    'transpose, alone',
    wgsl`
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override rows: u32;
override columns: u32;
@compute @workgroup_size(${blocksOfSquare})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let across = (columns + ${squareSide - 1}u) / ${squareSide}u;
  let id = group.y * groups.x + group.x;
  // Neighbouring invocations read neighbouring values.
  let row = id / across * ${squareSide}u + local / ${blockSide}u * ${blockSide}u;
  let column = id % across * ${squareSide}u + local % ${blockSide}u * ${blockSide}u;
  let down = min(rows, row + ${blockSide}u);
  let right = min(columns, column + ${blockSide}u);
  if (row + ${blockSide}u <= rows && column + ${blockSide}u <= columns) {
    ${unroll(16, (i) => `let v${i} = w[(row + ${i >> 2}u) * columns + column + ${i & 3}u];`)}
    ${unroll(16, (i) => `y[(column + ${i & 3}u) * rows + row + ${i >> 2}u] = v${i};`)}
    return;
  }
  for (var r = row; r < down; r++) {
    for (var c = column; c < right; c++) { y[c * rows + r] = w[r * columns + c]; }
  }
}
`,
  );

/** y[r,o] = bias[o] + Σ_j x[r,j] w[j,o] */
export const sparseProductAlone = (bias: boolean) =>
  shader<'x' | 'indices' | 'w' | 'y', 'bias'>(
    'sparse product, alone',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
#if ${bias}
@group(0) @binding(4) var<storage, read> bias: array<f32>;
#endif
override rows: u32;
override width: u32;
override k: u32;
override outs: u32;
override add_y = false;
${grid}
fn store(row: u32, o: u32, value: f32) {
  if (o >= outs) { return; }
  var sum = value;
#if ${bias}
  sum += bias[o];
#endif
  if (add_y) { sum += y[row * outs + o]; }
  y[row * outs + o] = sum;
}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let across = (outs + ${sumsEach - 1}u) / ${sumsEach}u;
  let strip = invocation(id, groups);
  let row = strip / across;
  let o = strip % across * ${sumsEach}u;
  if (row >= rows) { return; }
  ${zeros}
  for (var place = row * k; place < row * k + k; place++) {
    let j = indices[place];
    let v = x[row * width + j];
    let start = j * outs + o;
    ${addProducts('w')}
  }
  ${unroll(sumsEach, (i) => `store(row, o + ${i}u, sum${i});`)}
}
`,
  );

/** dx[r,j] = Σ_o dy[r,o] w[j,o] */
export const sparseBackwardAlone = () =>
  shader<'dy' | 'indices' | 'w' | 'dx'>(
    'sparse product backward, alone',
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
override rows: u32;
override width: u32;
override k: u32;
override outs: u32;
override add_dx = false;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = invocation(id, groups);
  if (place >= rows * k) { return; }
  let row = place / k;
  let j = indices[place];
  ${unroll(lanesOfPlace, (i) => `var sum${i} = 0.0;`)}
  var o = 0u;
  for (; o + ${lanesOfPlace - 1}u < outs; o += ${lanesOfPlace}u) {
    ${unroll(lanesOfPlace, (i) => `sum${i} += dy[row * outs + o + ${i}u] * w[j * outs + o + ${i}u];`)}
  }
  ${unroll(lanesOfPlace - 1, (i) => `if (o + ${i}u < outs) { sum${i} += dy[row * outs + o + ${i}u] * w[j * outs + o + ${i}u]; }`)}
  var sum = sum0;
  ${unroll(lanesOfPlace - 1, (i) => `sum += sum${i + 1};`)}
  if (add_dx) { sum += dx[row * width + j]; }
  dx[row * width + j] = sum;
}
`,
  );

/** dw[j,c] = Σ_r x[r,j] m[r,c] for m [rows, columns], in the order of the rows; with `turned`, dw is [columns, width] */
export const sparseWeightsAlone = (turned: boolean) =>
  shader<'x' | 'starts' | 'rows_of' | 'm' | 'dw'>(
    'sparse weights, alone',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> rows_of: array<u32>;
@group(0) @binding(3) var<storage, read> m: array<f32>;
@group(0) @binding(4) var<storage, read_write> dw: array<f32>;
override width: u32;
override columns: u32;
override add_dw = false;
${grid}
fn store(j: u32, c: u32, value: f32) {
  if (c >= columns) { return; }
#if ${turned}
  let to = c * width + j;
#else
  let to = j * columns + c;
#endif
  var v = value;
  if (add_dw) { v += dw[to]; }
  dw[to] = v;
}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let strip = invocation(id, groups);
  let across = (columns + ${sumsEach - 1}u) / ${sumsEach}u;
  // Neighbouring invocations write neighbouring values.
#if ${turned}
  let j = strip % width;
  let c = strip / width * ${sumsEach}u;
#else
  let j = strip / across;
  let c = strip % across * ${sumsEach}u;
#endif
  if (j >= width || c >= columns) { return; }
  ${zeros}
  let end = starts[j + 1u];
  for (var at = starts[j]; at < end; at++) {
    let row = rows_of[at];
    let v = x[row * width + j];
    let start = row * columns + c;
    ${addProducts('m')}
  }
  ${unroll(sumsEach, (i) => `store(j, c + ${i}u, sum${i});`)}
}
`,
  );
