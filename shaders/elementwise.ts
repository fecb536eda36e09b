import { grid, groupSize, within } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

const expressions = {
  add: 'a + b',
  subtract: 'a - b',
  multiply: 'a * b',
  divide: 'a / b',
  /** −a / b², the derivative of a / b with respect to b. */
  quotientSlope: '-a / (b * b)',
  negate: '-a',
  copy: 'a',
} as const;

export type Expression = keyof typeof expressions;

/** y = a ∘ b for two tensors of the same shape, four values at once */
export const elementwise = (name: Expression) =>
  shader<'a' | 'b' | 'y'>(
    name,
    wgsl`
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { size: u32 }
override add_y = false;
${grid}
${within}
fn combine(a: vec4f, b: vec4f) -> vec4f { return ${expressions[name]}; }
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (4u * i >= sizes.size) { return; }
  var v = combine(a[i], b[i]);
  if (add_y) { v += y[i]; }
  y[i] = within(v, i, sizes.size);
}
`,
  );

/** y[i,j,k,l] = a[…] ∘ b[…], where a stride of 0 repeats an operand along that dimension */
export const broadcast = (name: Expression) =>
  shader<'a' | 'b' | 'y'>(
    `${name} (broadcast)`,
    wgsl`
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes {
  size: u32, side1: u32, side2: u32, side3: u32,
  a0: u32, a1: u32, a2: u32, a3: u32,
  b0: u32, b1: u32, b2: u32, b3: u32,
}
override add_y = false;
${grid}
fn combine(a: f32, b: f32) -> f32 { return ${expressions[name]}; }
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= sizes.size) { return; }
  let line = t / sizes.side3;
  let plane = line / sizes.side2;
  let i = plane / sizes.side1;
  let j = plane - i * sizes.side1;
  let k = line - plane * sizes.side2;
  let l = t - line * sizes.side3;
  let at_a = i * sizes.a0 + j * sizes.a1 + k * sizes.a2 + l * sizes.a3;
  let at_b = i * sizes.b0 + j * sizes.b1 + k * sizes.b2 + l * sizes.b3;
  var v = combine(a[at_a], b[at_b]);
  if (add_y) { v += y[t]; }
  y[t] = v;
}
`,
  );
