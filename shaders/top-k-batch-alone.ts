import { isKept, keyOf, selectGroup } from './select.ts';
import { batchRows, state } from './state.ts';
import { aloneGroup } from './top-k-alone.ts';
import type { DigitVariant } from './top-k-batch.ts';
import { shader, wgsl } from './wgsl.ts';

// The kernels of top-k-batch.ts that read all values, for CPUs: one invocation processes each part, without barriers.

/** Chunk: the number of an invocation's part, and the range of its values. */
const part = wgsl`
fn part_of(group: vec3u, local: u32) -> u32 {
  return group.x * ${aloneGroup}u + local;
}
fn begin_of(part: u32) -> u32 {
  return min(sizes.size, part * ((sizes.size + sizes.parts - 1u) / sizes.parts));
}
`;

/** partials[part,b] = the number of values in real rows that match `before` and have digit b at `shift` */
export const batchDigitsAlone = ({ first, byIndex }: DigitVariant) =>
  shader<'x' | 'state' | 'partials', 'before'>(
    'top k of a batch, digits, alone',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> partials: array<u32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { size: u32, columns: u32, parts: u32, shift: u32 }
#if ${!first}
@group(0) @binding(4) var<storage, read> before: array<vec4u>;
#endif
${state()}
${batchRows}
${keyOf}
${part}
@compute @workgroup_size(${aloneGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let part = part_of(group, local);
  if (part >= sizes.parts) { return; }
#if ${first}
  let known = vec4u();
#else
  let known = before[0];
#endif
  var bins: array<u32, ${selectGroup}>;
  let shift = sizes.shift;
  let end = min(begin_of(part + 1u), batch_rows() * sizes.columns);
  for (var i = begin_of(part); i < end; i++) {
    let key = key_of(x[i]);
#if ${byIndex}
    if (key == known.x && (~i >> shift) >> 8u == known.y) { bins[(~i >> shift) & 255u]++; }
#else
    if ((key >> shift) >> 8u == known.x) { bins[(key >> shift) & 255u]++; }
#endif
  }
  for (var b = 0u; b < ${selectGroup}u; b++) { partials[part * ${selectGroup}u + b] = bins[b]; }
}
`,
  );

/** y = the kept values of real rows, 0 elsewhere; least[part] = the least key of a kept positive value, or all ones */
export const batchKeepAlone = () =>
  shader<'x' | 'state' | 'cut' | 'y' | 'least'>(
    'top k of a batch, alone',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read> cut: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read_write> least: array<u32>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { size: u32, columns: u32, parts: u32 }
${state()}
${batchRows}
${keyOf}
${isKept}
${part}
@compute @workgroup_size(${aloneGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let part = part_of(group, local);
  if (part >= sizes.parts) { return; }
  let real = batch_rows() * sizes.columns;
  let cut_at = cut[0];
  let end = begin_of(part + 1u);
  var smallest = 0xffffffffu;
  for (var i = begin_of(part); i < end; i++) {
    let bits = x[i];
    let key = key_of(bits);
    let kept = i < real && is_kept(key, i, cut_at);
    y[i] = select(0u, bits, kept);
    if (kept && key > 0x80000000u) { smallest = min(smallest, key); }
  }
  least[part] = smallest;
}
`,
  );
