import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/** y[r,j] = (x[r,j] − shift[j]) / spread[j], within [0, 1] if `clamped` */
export const normalizeForward = (clamped: boolean) =>
  affine('normalize', clamped ? 'clamp((x[i] - shift[j]) / spread[j], 0.0, 1.0)' : '(x[i] - shift[j]) / spread[j]');

/** y[r,j] = x[r,j] spread[j] + shift[j] */
export const normalizeInverse = () => affine('denormalize', 'x[i] * spread[j] + shift[j]');

const affine = (label: string, expression: string) =>
  shader<'x' | 'shift' | 'spread' | 'y'>(
    label,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> shift: array<f32>;
@group(0) @binding(2) var<storage, read> spread: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
override size: u32;
override columns: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= size) { return; }
  let j = i % columns;
  y[i] = ${expression};
}
`,
  );
