import { grid, groupSize, inTurn } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * y[o,p,i] = scale Σ_t x[o, p + t·parts, i]
 *
 * One stage of a sum along the middle dimension of [outer, length, inner]: an invocation adds up one of `parts` strips. The stages, repeated until
 * one part is left, form a tree whose nodes add a few dozen values each, so the rounding error grows with its depth, not with the length.
 * Neighbouring invocations read neighbouring values for every choice of dimension. With `wide`, x holds vec4s and `inner` counts them.
 */
export const sumStage = (wide: boolean) => {
  const value = wide ? 'vec4f' : 'f32';
  return shader<'x' | 'y'>(
    'sum',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<${value}>;
@group(0) @binding(1) var<storage, read_write> y: array<${value}>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { outer: u32, length: u32, inner: u32, parts: u32, scale: f32, add_y: u32 }
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let length = sizes.length;
  let inner = sizes.inner;
  let parts = sizes.parts;
  if (t >= sizes.outer * parts * inner) { return; }
  let strip = t / inner;
  let part = strip % parts;
  let first = strip / parts * length * inner + t - strip * inner;
  var sum = ${value}();
  ${inTurn('part', 'length', 'parts', (at) => `x[first + ${at} * inner]`)}
  sum *= sizes.scale;
  if (sizes.add_y != 0u) { sum += y[t]; }
  y[t] = sum;
}
`,
  );
};

/**
 * y[o,p,i] = max_t x[o, p + t·parts, i], at[o,p,i] = the first index of that maximum
 *
 * It runs in stages, like the sum; later stages take the indices from the stage before.
 */
export const maxStage = (first: boolean) =>
  shader<'x' | 'y' | 'at', 'places'>(
    'max',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> at: array<u32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { outer: u32, length: u32, inner: u32, parts: u32 }
#if ${!first}
@group(0) @binding(4) var<storage, read> places: array<u32>;
#endif
${grid}
fn index_at(offset: u32, along: u32) -> u32 {
#if ${first}
  return along;
#else
  return places[offset];
#endif
}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let length = sizes.length;
  let inner = sizes.inner;
  let parts = sizes.parts;
  if (t >= sizes.outer * parts * inner) { return; }
  let strip = t / inner;
  let part = strip % parts;
  let start = strip / parts * length * inner + t - strip * inner;
  var best = x[start + part * inner];
  var best_at = index_at(start + part * inner, part);
  for (var along = part + parts; along < length; along += parts) {
    let offset = start + along * inner;
    let value = x[offset];
    let value_at = index_at(offset, along);
    if (value > best || (value == best && value_at < best_at)) {
      best = value;
      best_at = value_at;
    }
  }
  y[t] = best;
  at[t] = best_at;
}
`,
  );

/** dx[o,l,i] = scale dy[o,i]; with `selected`, only where l = at[o,i] */
export const spread = (selected: boolean) =>
  shader<'dy' | 'dx', 'at'>(
    'spread',
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { outer: u32, length: u32, inner: u32, scale: f32, add_dx: u32 }
#if ${selected}
@group(0) @binding(3) var<storage, read> at: array<u32>;
#endif
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let length = sizes.length;
  let inner = sizes.inner;
  if (t >= sizes.outer * length * inner) { return; }
  let source = t / (length * inner) * inner + t % inner;
  var v = sizes.scale * dy[source];
#if ${selected}
  if (t / inner % length != at[source]) { v = 0.0; }
#endif
  if (sizes.add_dx != 0u) { v += dx[t]; }
  dx[t] = v;
}
`,
  );
