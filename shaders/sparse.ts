import { groupSize, inTurn } from './grid.ts';
import { markedRows } from './sparse-places.ts';
import { shader, wgsl } from './wgsl.ts';

// In all of these kernels, x is [rows, width]. Only the k places of each row in `indices` are read or written; the others are arbitrary.

/** Columns of x, and words of marks of each, that a workgroup processes together. */
export const tileSide = 16;
/** The side of a square that is transposed in workgroup memory. */
export const squareSide = 16;
/** Places for which a workgroup adds up products; its invocations are divided among them. */
export const placesOfGroup = 4;
export const lanesOfPlace = groupSize / placesOfGroup;

/** y = wᵀ for w [rows, columns]. A workgroup transposes a square, so that reads and writes are both contiguous. */
export const transposeShader = () =>
  shader<'w' | 'y'>(
    'transpose',
    wgsl`
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override rows: u32;
override columns: u32;
var<workgroup> square: array<f32, ${squareSide * (squareSide + 1)}>;
@compute @workgroup_size(${squareSide}, ${squareSide})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) local: vec3u,
) {
  let across = (columns + ${squareSide - 1}u) / ${squareSide}u;
  let id = group.y * groups.x + group.x;
  let row = id / across * ${squareSide}u;
  let column = id % across * ${squareSide}u;
  if (row + local.y < rows && column + local.x < columns) {
    square[local.y * ${squareSide + 1}u + local.x] = w[(row + local.y) * columns + column + local.x];
  }
  workgroupBarrier();
  if (row + local.x < rows && column + local.y < columns) {
    y[(column + local.y) * rows + row + local.x] = square[local.x * ${squareSide + 1}u + local.y];
  }
}
`,
  );

/** y[r,o] = bias[o] + Σ_j x[r,j] w[j,o] */
export const sparseProduct = (bias: boolean) =>
  shader<'x' | 'indices' | 'w' | 'y', 'bias'>(
    'sparse product',
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
@compute @workgroup_size(${groupSize})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let across = (outs + ${groupSize - 1}u) / ${groupSize}u;
  let id = group.y * groups.x + group.x;
  let row = id / across;
  let o = id % across * ${groupSize}u + local;
  if (row >= rows || o >= outs) { return; }
  var sum = 0.0;
  ${inTurn('row * k', 'row * k + k', '1u', (at) => `x[row * width + indices[${at}]] * w[indices[${at}] * outs + o]`)}
#if ${bias}
  sum += bias[o];
#endif
  if (add_y) { sum += y[row * outs + o]; }
  y[row * outs + o] = sum;
}
`,
  );

/** dx[r,j] = Σ_o dy[r,o] w[j,o] */
export const sparseBackward = () =>
  shader<'dy' | 'indices' | 'w' | 'dx'>(
    'sparse product backward',
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
var<workgroup> sums: array<f32, ${groupSize}>;
@compute @workgroup_size(${groupSize})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let place = (group.y * groups.x + group.x) * ${placesOfGroup}u + local / ${lanesOfPlace}u;
  let lane = local % ${lanesOfPlace}u;
  let row = min(place, rows * k - 1u) / k;
  let j = indices[min(place, rows * k - 1u)];
  var sum = 0.0;
  ${inTurn('lane', 'outs', `${lanesOfPlace}u`, (at) => `dy[row * outs + ${at}] * w[j * outs + ${at}]`)}
  sums[local] = sum;
  workgroupBarrier();
  if (lane > 0u || place >= rows * k) { return; }
  for (var i = 1u; i < ${lanesOfPlace}u; i++) { sum += sums[local + i]; }
  if (add_dx) { sum += dx[row * width + j]; }
  dx[row * width + j] = sum;
}
`,
  );

/**
 * dw[j,c] = Σ_r x[r,j] m[r,c] for m [rows, columns], in the order of the rows; with `turned`, dw is [columns, width]
 *
 * A workgroup computes 16 columns of x by 64 of m. Its sums are in workgroup memory, so that writes are contiguous for both layouts of dw.
 */
export const sparseWeights = (turned: boolean) =>
  shader<'x' | 'marks' | 'm' | 'dw'>(
    'sparse weights',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> marks: array<u32>;
@group(0) @binding(2) var<storage, read> m: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;
override rows: u32;
override width: u32;
override columns: u32;
override add_dw = false;
var<workgroup> masks: array<u32, ${groupSize}>;
var<workgroup> sums: array<f32, ${tileSide * (groupSize + 1)}>;
@compute @workgroup_size(${groupSize})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let across = (columns + ${groupSize - 1}u) / ${groupSize}u;
  let id = group.y * groups.x + group.x;
  let first_j = id / across * ${tileSide}u;
  let first_c = id % across * ${groupSize}u;
  if (first_j >= width) { return; }
  for (var l = 0u; l < ${tileSide}u; l++) { sums[l * ${groupSize + 1}u + local] = 0.0; }
  let words = (rows + ${markedRows - 1}u) / ${markedRows}u;
  // Invocations past m's last column add nothing.
  let masked = select(0u, ${groupSize}u, first_c + local < columns);
  for (var first = 0u; first < words; first += ${groupSize / tileSide}u) {
    workgroupBarrier();
    let word = first + local / ${tileSide}u;
    let marked = first_j + local % ${tileSide}u;
    masks[local] = 0u;
    if (word < words && marked < width) { masks[local] = marks[word * width + marked]; }
    workgroupBarrier();
    for (var at = 0u; at < masked; at++) {
      var mask = masks[at];
      if (mask == 0u) { continue; }
      let l = at % ${tileSide}u;
      var sum = sums[l * ${groupSize + 1}u + local];
      while (mask != 0u) {
        let row = (first + at / ${tileSide}u) * ${markedRows}u + firstTrailingBit(mask);
        sum += x[row * width + first_j + l] * m[row * columns + first_c + local];
        mask &= mask - 1u;
      }
      sums[l * ${groupSize + 1}u + local] = sum;
    }
  }
  workgroupBarrier();
  for (var t = local; t < ${tileSide * groupSize}u; t += ${groupSize}u) {
#if ${turned}
    let l = t % ${tileSide}u;
    let across_m = t / ${tileSide}u;
#else
    let l = t / ${groupSize}u;
    let across_m = t % ${groupSize}u;
#endif
    let j = first_j + l;
    let c = first_c + across_m;
    if (j >= width || c >= columns) { continue; }
#if ${turned}
    let to = c * width + j;
#else
    let to = j * columns + c;
#endif
    var v = sums[l * ${groupSize + 1}u + across_m];
    if (add_dw) { v += dw[to]; }
    dw[to] = v;
  }
}
`,
  );
