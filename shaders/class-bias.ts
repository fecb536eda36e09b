import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * y[r,p,u] = z[r,p,u] + bias[label_{r / samples}, u]
 *
 * `across` is the number of values, or of vec4s, in a row: places · units.
 */
export const classBiasForward = (wide: boolean) =>
  shader<'z' | 'bias' | 'labels' | 'y'>(
    'class bias',
    wgsl`
@group(0) @binding(0) var<storage, read> z: array<${wide ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> bias: array<${wide ? 'vec4f' : 'f32'}>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<${wide ? 'vec4f' : 'f32'}>;
override size: u32;
override across: u32;
override units: u32;
override samples: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= size) { return; }
  let label = u32(labels[t / across / samples]);
  y[t] = z[t] + bias[label * units + t % units];
}
`,
  );

/** sums[n,c,u] = Σ dy[r,u] over the rows r of the n-th strip whose label is c. These are the partial sums of dbias. */
export const classBiasSums = () =>
  shader<'dy' | 'labels' | 'sums'>(
    'class bias sums',
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
override size: u32;
override rows: u32;
override units: u32;
override classes: u32;
override samples: u32;
override strip: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= size) { return; }
  let unit = t % units;
  let label = t / units % classes;
  let first = t / units / classes * strip;
  var sum = 0.0;
  for (var row = first; row < min(rows, first + strip); row++) {
    if (u32(labels[row / samples]) == label) { sum += dy[row * units + unit]; }
  }
  sums[t] = sum;
}
`,
  );
