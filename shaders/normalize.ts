import { largestValue } from './blanks.ts';
import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/** What is written: y, y clamped to [0, 1], or its distance from [0, 1]. */
export type Held = 'free' | 'clamped' | 'outside';

const held = { free: 'v', clamped: 'clamp(v, 0.0, 1.0)', outside: 'max(max(-v, v - 1.0), 0.0)' } as const;

/**
 * y[r,j] = (x[r,j] − shift[j]) / spread[j]
 *
 * With `fine` the shift is shift[j] + rest[j], because one float32 is too coarse far from zero. x − shift is exact if x is within a factor of two
 * of it. With `masked` a blank stays blank, and its distance from [0, 1] is 0.
 */
export const normalizeForward = (how: Held, fine: boolean, masked = false) => {
  const blank = how === 'outside' ? '0.0' : 'x[i]';
  const y = masked ? `select(${held[how]}, ${blank}, x[i] > ${largestValue})` : held[how];
  return affine('normalize', fine, `let v = (x[i] - shift[j]${fine ? ' - rest[j]' : ''}) / spread[j];`, y);
};

/** y[r,j] = x[r,j] spread[j] + shift[j] */
export const normalizeInverse = (fine: boolean) =>
  affine('denormalize', fine, `let v = x[i] * spread[j]${fine ? ' + rest[j]' : ''};`, 'v + shift[j]');

const affine = (label: string, fine: boolean, statement: string, result: string) =>
  shader<'x' | 'shift' | 'spread' | 'y', 'rest'>(
    label,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> shift: array<f32>;
@group(0) @binding(2) var<storage, read> spread: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
#if ${fine}
@group(0) @binding(5) var<storage, read> rest: array<f32>;
#endif
struct Sizes { size: u32, columns: u32 }
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  let j = i % sizes.columns;
  ${statement}
  y[i] = ${result};
}
`,
  );
