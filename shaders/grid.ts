import { unroll, wgsl } from './wgsl.ts';

/** Invocations in a workgroup of every one-dimensional kernel. */
export const groupSize = 64;

/** Chunk: `invocation(id, groups)`, the invocation's number in a grid of workgroups. The grid has rows because a dimension is limited to 65,535. */
export const grid = wgsl`
fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * ${groupSize}u + id.x;
}
`;

/**
 * Chunk: `within(v, quad, size)` sets the values of vec4 number `quad` past the end of a tensor of `size` values to zero. That padding must be
 * zero where all gradients share a buffer, because the search for NaN includes it.
 */
export const within = wgsl`
fn within(v: vec4f, quad: u32, size: u32) -> vec4f {
  return select(vec4f(), v, 4u * quad + vec4u(0u, 1u, 2u, 3u) < vec4u(size));
}
`;

/**
 * WGSL that adds to `sum` the values at `begin`, `begin` + `by` and so on, before `end`, in this order. It issues eight loads at once, because a
 * load on a GPU takes as long as dozens of additions.
 */
export const inTurn = (begin: string, end: string, by: string, value: (at: string) => string): string => `
  var at = ${begin};
  for (; at + 7u * ${by} < ${end}; at += 8u * ${by}) {
    ${unroll(8, (i) => `let v${i} = ${value(`(at + ${i}u * ${by})`)};`)}
    ${unroll(8, (i) => `sum += v${i};`)}
  }
  for (; at < ${end}; at += ${by}) { sum += ${value('at')}; }
`;

/** Chunk: `add_up(value, local)`, the sum over the workgroup, in a tree of fixed order. All its invocations must call it, and all get the sum. */
export const addUp = wgsl`
var<workgroup> part: array<f32, ${groupSize}>;
fn add_up(value: f32, local: u32) -> f32 {
  part[local] = value;
  workgroupBarrier();
  for (var half = ${groupSize / 2}u; half > 0u; half /= 2u) {
    if (local < half) { part[local] += part[local + half]; }
    workgroupBarrier();
  }
  let sum = part[0];
  workgroupBarrier();
  return sum;
}
`;
