import { activation, type Activation } from './activation.ts';
import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/** Rows that share one word of marks. */
export const markedRows = 32;

/** z = `value`, WGSL of v[i] and the other array, at the places i in `indices`, which are in column j of their row */
const atPlaces = <Other extends string>(
  label: string,
  [other, type]: [Other, 'f32' | 'u32'],
  value: string,
  chunk = '',
) =>
  shader<'v' | 'indices' | Other | 'z'>(
    label,
    wgsl`
@group(0) @binding(0) var<storage, read> v: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read> ${other}: array<${type}>;
@group(0) @binding(3) var<storage, read_write> z: array<f32>;
override places: u32;
override width: u32;
override k: u32;
${grid}
${chunk}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = invocation(id, groups);
  if (place >= places) { return; }
  let j = indices[place];
  let i = place / k * width + j;
  z[i] = ${value};
}
`,
  );

/** z = v f′, with f′ from the saved y or z of the activation */
export const sparseSlope = (name: Activation) =>
  atPlaces(`${name} backward, sparse`, ['saved', 'f32'], 'v[i] * slope_one(saved[i])', activation(name));

/** z = v where `among` is not 0 in the column, else 0 */
export const sparseMask = () => atPlaces('sparse mask', ['among', 'u32'], 'select(0.0, v[i], among[j] != 0u)');

/** marks = 0 */
export const clearMarks = () =>
  shader<'marks'>(
    'clear marks',
    wgsl`
@group(0) @binding(0) var<storage, read_write> marks: array<vec4u>;
override quads: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i < quads) { marks[i] = vec4u(); }
}
`,
  );

/** Sets bit r mod 32 of marks[r / 32, j] for each place x[r,j] in `indices`. The result does not depend on the order. */
export const markShader = () =>
  shader<'indices' | 'marks'>(
    'mark',
    wgsl`
@group(0) @binding(0) var<storage, read> indices: array<u32>;
@group(0) @binding(1) var<storage, read_write> marks: array<atomic<u32>>;
override places: u32;
override width: u32;
override k: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = invocation(id, groups);
  if (place >= places) { return; }
  let row = place / k;
  atomicOr(&marks[row / ${markedRows}u * width + indices[place]], 1u << (row % ${markedRows}u));
}
`,
  );

/**
 * starts[j] = the number of places in columns before j, [width + 1]; rows_of = the rows of all places, sorted by column and then by row
 *
 * For CPUs, it replaces the marks: one invocation runs a counting sort. In SwiftShader, 8192 places in 16,384 columns took 2 ms, and the product
 * of 784 features that produced them took 2 s.
 */
export const sortPlaces = () =>
  shader<'indices' | 'starts' | 'rows_of'>(
    'sort places, alone',
    wgsl`
@group(0) @binding(0) var<storage, read> indices: array<u32>;
@group(0) @binding(1) var<storage, read_write> starts: array<u32>;
@group(0) @binding(2) var<storage, read_write> rows_of: array<u32>;
override places: u32;
override width: u32;
override k: u32;
@compute @workgroup_size(1)
fn main() {
  for (var j = 0u; j <= width; j++) { starts[j] = 0u; }
  for (var place = 0u; place < places; place++) { starts[indices[place]]++; }
  // First the end of each column, before which its rows are inserted, the last one first.
  var sum = 0u;
  for (var j = 0u; j <= width; j++) {
    sum += starts[j];
    starts[j] = sum;
  }
  for (var place = places; place > 0u; place--) {
    let j = indices[place - 1u];
    let at = starts[j] - 1u;
    rows_of[at] = (place - 1u) / k;
    starts[j] = at;
  }
}
`,
  );

/** dbias[j] = Σ_r x[r,j] */
export const sparseSums = () =>
  shader<'x' | 'marks' | 'dbias'>(
    'sparse sums',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> marks: array<u32>;
@group(0) @binding(2) var<storage, read_write> dbias: array<f32>;
override rows: u32;
override width: u32;
override add_dbias = false;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let j = invocation(id, groups);
  if (j >= width) { return; }
  var sum = 0.0;
  for (var first = 0u; first < rows; first += ${markedRows}u) {
    var mask = marks[first / ${markedRows}u * width + j];
    while (mask != 0u) {
      sum += x[(first + firstTrailingBit(mask)) * width + j];
      mask &= mask - 1u;
    }
  }
  if (add_dbias) { sum += dbias[j]; }
  dbias[j] = sum;
}
`,
  );

/** dbias[j] = Σ_r x[r,j] from lists of rows, for CPUs, where starting an inner loop costs as much as dozens of additions. */
export const sparseSumsAlone = () =>
  shader<'x' | 'starts' | 'rows_of' | 'dbias'>(
    'sparse sums, alone',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> starts: array<u32>;
@group(0) @binding(2) var<storage, read> rows_of: array<u32>;
@group(0) @binding(3) var<storage, read_write> dbias: array<f32>;
override width: u32;
override add_dbias = false;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let j = invocation(id, groups);
  if (j >= width) { return; }
  var sum = 0.0;
  for (var at = starts[j]; at < starts[j + 1u]; at++) { sum += x[rows_of[at] * width + j]; }
  if (add_dbias) { sum += dbias[j]; }
  dbias[j] = sum;
}
`,
  );
