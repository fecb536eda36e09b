import { wgsl } from './wgsl.ts';

/** Invocations in a workgroup of every one-dimensional kernel. */
export const groupSize = 64;

/** The invocation's number in a grid of workgroups that is folded into rows, since a dimension holds at most 65,535 of them. */
export const grid = wgsl`
fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * ${groupSize}u + id.x;
}
`;
