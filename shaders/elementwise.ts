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
override size: u32;
override add_y = false;
${grid}
${within}
fn combine(a: vec4f, b: vec4f) -> vec4f { return ${expressions[name]}; }
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (4u * i >= size) { return; }
  var v = combine(a[i], b[i]);
  if (add_y) { v += y[i]; }
  y[i] = within(v, i);
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
override size: u32;
override side1: u32;
override side2: u32;
override side3: u32;
override a0: u32;
override a1: u32;
override a2: u32;
override a3: u32;
override b0: u32;
override b1: u32;
override b2: u32;
override b3: u32;
override add_y = false;
${grid}
fn combine(a: f32, b: f32) -> f32 { return ${expressions[name]}; }
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= size) { return; }
  let l = t % side3;
  let k = t / side3 % side2;
  let j = t / (side3 * side2) % side1;
  let i = t / (side3 * side2 * side1);
  var v = combine(a[i * a0 + j * a1 + k * a2 + l * a3], b[i * b0 + j * b1 + k * b2 + l * b3]);
  if (add_y) { v += y[t]; }
  y[t] = v;
}
`,
  );
