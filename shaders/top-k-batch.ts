import { grid, groupSize, inTurn } from './grid.ts';
import { choosing, counting, isKept, keyOf, selectGroup } from './select.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

export interface DigitVariant {
  /** This is the first digit, so no earlier digits are known. */
  readonly first: boolean;
  /** Selects by the complement of the index, among the values equal to the least that is kept. */
  readonly byIndex: boolean;
}

/** partials[group,b] = the number of values in real rows that match `before` and have digit b at `shift` */
export const batchDigits = ({ first, byIndex }: DigitVariant) =>
  shader<'x' | 'state' | 'partials', 'before'>(
    'top k of a batch, digits',
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
${counting}
@compute @workgroup_size(${selectGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  atomicStore(&bins[local], 0u);
  workgroupBarrier();
#if ${first}
  let known = vec4u();
#else
  let known = before[0];
#endif
  let shift = sizes.shift;
  let end = min(sizes.size, batch_rows() * sizes.columns);
  for (var i = group.x * ${selectGroup}u + local; i < end; i += sizes.parts * ${selectGroup}u) {
    let key = key_of(x[i]);
#if ${byIndex}
    if (key == known.x && (~i >> shift) >> 8u == known.y) { count_in((~i >> shift) & 255u); }
#else
    if ((key >> shift) >> 8u == known.x) { count_in((key >> shift) & 255u); }
#endif
  }
  end_run();
  workgroupBarrier();
  partials[group.x * ${selectGroup}u + local] = atomicLoad(&bins[local]);
}
`,
  );

/**
 * after = (digits of the least key that is kept, digits of the complement of its last index, the place among the values that match both, 0)
 *
 * `begin` is the leading digits that the complements of all indices have in common.
 */
export const batchChoose = ({ first, byIndex }: DigitVariant) =>
  shader<'partials' | 'after', 'state' | 'before'>(
    'top k of a batch, choice',
    wgsl`
@group(0) @binding(0) var<storage, read> partials: array<u32>;
@group(0) @binding(1) var<storage, read_write> after: array<vec4u>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { parts: u32${first ? ', k: u32, begin: u32' : ''} }
#if ${first}
@group(0) @binding(3) var<storage, read> state: State;
#else
@group(0) @binding(3) var<storage, read> before: array<vec4u>;
#endif
#if ${first}
${state()}
${batchRows}
#endif
${choosing}
@compute @workgroup_size(${selectGroup})
fn main(@builtin(local_invocation_index) local: u32) {
#if ${first}
  let known = vec4u(0u, sizes.begin, sizes.k * batch_rows(), 0u);
#else
  let known = before[0];
#endif
  var sum = 0u;
  ${inTurn('0u', 'sizes.parts', '1u', (at) => `partials[${at} * ${selectGroup}u + local]`)}
  let found = choose(sum, known.z, local);
  if (local > 0u) { return; }
#if ${byIndex}
  after[0] = vec4u(known.x, (known.y << 8u) | found.x, found.y, 0u);
#else
  after[0] = vec4u((known.x << 8u) | found.x, known.y, found.y, 0u);
#endif
}
`,
  );

/** y = the kept values of real rows, 0 elsewhere; least[group] = the least key of a kept positive value, or all ones */
export const batchKeep = () =>
  shader<'x' | 'state' | 'cut' | 'y' | 'least'>(
    'top k of a batch',
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
var<workgroup> found: array<u32, ${selectGroup}>;
@compute @workgroup_size(${selectGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let end = batch_rows() * sizes.columns;
  var smallest = 0xffffffffu;
  for (var i = group.x * ${selectGroup}u + local; i < sizes.size; i += sizes.parts * ${selectGroup}u) {
    let bits = x[i];
    let key = key_of(bits);
    let kept = i < end && is_kept(key, i, cut[0]);
    y[i] = select(0u, bits, kept);
    if (kept && key > 0x80000000u) { smallest = min(smallest, key); }
  }
  found[local] = smallest;
  workgroupBarrier();
  for (var half = ${selectGroup / 2}u; half > 0u; half /= 2u) {
    if (local < half) { found[local] = min(found[local], found[local + half]); }
    workgroupBarrier();
  }
  if (local == 0u) { least[group.x] = found[0]; }
}
`,
  );

/**
 * threshold += max(1 / n, rate) (m − threshold), where m is the least positive value that the batch kept, and n the number of batches so far. It
 * does not change if the batch kept no positive value, or if a step has gone bad.
 *
 * With `keeps`, the previous threshold and number of batches are written to `kept`.
 */
export const moveThreshold = (keeps: boolean) =>
  shader<'least' | 'state' | 'threshold' | 'num_batches_tracked', 'kept'>(
    'top k of a batch, threshold',
    wgsl`
@group(0) @binding(0) var<storage, read> least: array<u32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> threshold: array<f32>;
@group(0) @binding(3) var<storage, read_write> num_batches_tracked: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
struct Sizes { parts: u32, rate: f32 }
#if ${keeps}
@group(0) @binding(5) var<storage, read_write> kept: array<f32>;
#endif
${state()}
var<workgroup> found: array<u32, ${selectGroup}>;
@compute @workgroup_size(${selectGroup})
fn main(@builtin(local_invocation_index) local: u32) {
  found[local] = select(0xffffffffu, least[min(local, sizes.parts - 1u)], local < sizes.parts);
  workgroupBarrier();
  for (var half = ${selectGroup / 2}u; half > 0u; half /= 2u) {
    if (local < half) { found[local] = min(found[local], found[local + half]); }
    workgroupBarrier();
  }
  if (local > 0u || state.bad != 0xffffffffu) { return; }
#if ${keeps}
  kept[0] = threshold[0];
  kept[1] = num_batches_tracked[0];
#endif
  if (found[0] == 0xffffffffu) { return; }
  num_batches_tracked[0] += 1.0;
  let share = max(1.0 / num_batches_tracked[0], sizes.rate);
  threshold[0] += share * (bitcast<f32>(found[0] ^ 0x80000000u) - threshold[0]);
}
`,
  );

/** y = x where x > threshold, 0 elsewhere */
export const beyondThreshold = () =>
  shader<'x' | 'threshold' | 'y'>(
    'beyond a threshold',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> threshold: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { size: u32 }
${keyOf}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  let bits = x[i];
  y[i] = select(0u, bits, key_of(bits) > key_of(threshold[0]));
}
`,
  );
