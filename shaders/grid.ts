import { unroll, wgsl } from './wgsl.ts';

/** Invocations in a workgroup of every one-dimensional kernel. */
export const groupSize = 64;

/** The invocation's number in a grid of workgroups that is folded into rows, since a dimension holds at most 65,535 of them. */
export const grid = wgsl`
fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * ${groupSize}u + id.x;
}
`;

/**
 * Chunk: vec4 number `quad` of a tensor of `size` values, with zeros past its end. There lies padding, but where all gradients share a buffer
 * that is searched for NaN as well.
 */
export const within = wgsl`
fn within(v: vec4f, quad: u32) -> vec4f {
  return select(vec4f(), v, 4u * quad + vec4u(0u, 1u, 2u, 3u) < vec4u(size));
}
`;

/**
 * WGSL that adds to `sum` the values at `begin`, `begin` + `by` and so on, before `end`, in this order. Eight loads are under way at once: a GPU waits
 * for a single one as long as for dozens of additions.
 */
export const inTurn = (begin: string, end: string, by: string, value: (at: string) => string): string => `
  var at = ${begin};
  for (; at + 7u * ${by} < ${end}; at += 8u * ${by}) {
    ${unroll(8, (i) => `let v${i} = ${value(`(at + ${i}u * ${by})`)};`)}
    ${unroll(8, (i) => `sum += v${i};`)}
  }
  for (; at < ${end}; at += ${by}) { sum += ${value('at')}; }
`;

/** Chunk: the sum of `value` over the workgroup, the same in a tree every time. All its invocations must come; all get the sum. */
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
