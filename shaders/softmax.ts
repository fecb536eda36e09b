import { groupSize } from './grid.ts';
import { math } from './math.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * y[r,c] = e^{x[r,c] − max_c x[r,c]} / Σ_c e^{x[r,c] − max_c x[r,c]}
 *
 * One workgroup computes one row, and combines partial maxima and sums in workgroup memory.
 */
export const softmaxForward = () =>
  shader<'x' | 'y'>(
    'softmax forward',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override rows: u32;
override columns: u32;
var<workgroup> part: array<f32, ${groupSize}>;
${math}
@compute @workgroup_size(${groupSize})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= rows) { return; }
  let start = row * columns;

  var largest = x[start];
  for (var c = local; c < columns; c += ${groupSize}u) { largest = max(largest, x[start + c]); }
  part[local] = largest;
  workgroupBarrier();
  for (var half = ${groupSize / 2}u; half > 0u; half /= 2u) {
    if (local < half) { part[local] = max(part[local], part[local + half]); }
    workgroupBarrier();
  }
  largest = part[0];
  workgroupBarrier();

  var sum = 0.0;
  for (var c = local; c < columns; c += ${groupSize}u) { sum += accurate_exp(x[start + c] - largest); }
  part[local] = sum;
  workgroupBarrier();
  for (var half = ${groupSize / 2}u; half > 0u; half /= 2u) {
    if (local < half) { part[local] += part[local + half]; }
    workgroupBarrier();
  }
  sum = part[0];
  for (var c = local; c < columns; c += ${groupSize}u) { y[start + c] = accurate_exp(x[start + c] - largest) / sum; }
}
`,
  );

/** dx[r,c] = y[r,c] (dy[r,c] − Σ_c dy[r,c] y[r,c]) */
export const softmaxBackward = () =>
  shader<'y' | 'dy' | 'dx'>(
    'softmax backward',
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
override rows: u32;
override columns: u32;
override add_dx = false;
var<workgroup> part: array<f32, ${groupSize}>;
@compute @workgroup_size(${groupSize})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= rows) { return; }
  let start = row * columns;
  var dot = 0.0;
  for (var c = local; c < columns; c += ${groupSize}u) { dot += dy[start + c] * y[start + c]; }
  part[local] = dot;
  workgroupBarrier();
  for (var half = ${groupSize / 2}u; half > 0u; half /= 2u) {
    if (local < half) { part[local] += part[local + half]; }
    workgroupBarrier();
  }
  dot = part[0];
  for (var c = start + local; c < start + columns; c += ${groupSize}u) {
    var v = y[c] * (dy[c] - dot);
    if (add_dx) { v += dx[c]; }
    dx[c] = v;
  }
}
`,
  );
