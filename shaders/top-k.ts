import { grid, groupSize } from './grid.ts';
import { choosing, counting, isKept, keyIn, keyOf, selectGroup } from './select.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * y = the k largest values of each row, 0 elsewhere; indices and values[row] = those k in the order of the row; cuts[row] = the cut for `is_kept`
 *
 * With `among`, only columns where `among` is not 0 are eligible. If fewer than k are, the indices include others, with 0 in y and values.
 *
 * This is radix selection (Alabi et al. 2012): four times, the numbers that match the digits so far are counted by their next digit. A workgroup
 * processes a row, reading neighbouring values; where the order matters, each invocation has a contiguous stretch.
 */
export const topKRows = (among = false) =>
  shader<'x' | 'y' | 'indices' | 'values' | 'cuts', 'among'>(
    `top k${among ? ' of some' : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> values: array<u32>;
@group(0) @binding(4) var<storage, read_write> cuts: array<vec4u>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, k: u32 }
#if ${among}
@group(0) @binding(6) var<storage, read> among: array<u32>;
#endif
${keyOf}
${keyIn(among)}
${isKept}
${counting}
${choosing}
/** The numbers of keys larger than the least that is kept, and equal to it, up to the end of each invocation's stretch. */
var<workgroup> ranks: array<vec2u, ${selectGroup}>;
var<workgroup> last: u32;
@compute @workgroup_size(${selectGroup})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= sizes.rows) { return; }
  let columns = sizes.columns;
  let k = sizes.k;
  let first = row * columns;
  var least = 0u;
  var place = k;
  for (var digit = 0u; digit < 4u; digit++) {
    let shift = 24u - 8u * digit;
    atomicStore(&bins[local], 0u);
    workgroupBarrier();
    for (var i = local; i < columns; i += ${selectGroup}u) {
      let key = key_in(x[first + i], i);
      if ((key >> shift) >> 8u == least) { count_in((key >> shift) & 255u); }
    }
    end_run();
    workgroupBarrier();
    let found = choose(atomicLoad(&bins[local]), place, local);
    least = (least << 8u) | found.x;
    place = found.y;
  }

  let stretch = (columns + ${selectGroup - 1}u) / ${selectGroup}u;
  let begin = min(local * stretch, columns);
  let end = min(begin + stretch, columns);
  var own = vec2u();
  for (var i = begin; i < end; i++) {
    let key = key_in(x[first + i], i);
    own += vec2u(u32(key > least), u32(key == least));
  }
  ranks[local] = own;
  workgroupBarrier();
  for (var step = 1u; step < ${selectGroup}u; step *= 2u) {
    let before = select(vec2u(), ranks[max(local, step) - step], local >= step);
    workgroupBarrier();
    ranks[local] += before;
    workgroupBarrier();
  }
  var before = ranks[local] - own;
  for (var i = begin; i < end; i++) {
    let bits = x[first + i];
    let key = key_in(bits, i);
    if (key < least || (key == least && before.y >= place)) { continue; }
    let to = row * k + before.x + min(before.y, place);
    indices[to] = i;
    values[to] = select(0u, bits, key != 0u);
    before += vec2u(u32(key > least), u32(key == least));
    if (key == least && before.y == place) { last = i; }
  }
  workgroupBarrier();
  let cut = vec4u(least, ~last, 0u, 0u);
  if (local == 0u) { cuts[row] = cut; }
  for (var i = local; i < columns; i += ${selectGroup}u) {
    let bits = x[first + i];
    let key = key_in(bits, i);
    y[first + i] = select(0u, bits, key != 0u && is_kept(key, i, cut));
  }
}
`,
  );

/**
 * dx = dy where x was kept, 0 elsewhere. `span` values share a cut: a row or the whole batch, in which padding rows get 0. See `topKRows` for `among`.
 */
export const topKBackward = (ofBatch: boolean, among = false) =>
  shader<'x' | 'dy' | 'cuts' | 'dx', 'state' | 'among'>(
    'top k backward',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> cuts: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
struct Sizes { size: u32, span: u32, ${ofBatch ? 'columns: u32, ' : ''}add_dx: u32 }
#if ${ofBatch}
@group(0) @binding(5) var<storage, read> state: State;
#endif
#if ${among}
@group(0) @binding(5) var<storage, read> among: array<u32>;
#endif
#if ${ofBatch}
${state()}
${batchRows}
#endif
${keyOf}
${keyIn(among)}
${isKept}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  let cut = i / sizes.span;
  let place = i - cut * sizes.span;
#if ${ofBatch}
  let real = i / sizes.columns < batch_rows();
#else
  let real = true;
#endif
  let key = key_in(x[i], place);
  var v = 0.0;
  if (real && key != 0u && is_kept(key, place, cuts[cut])) { v = dy[i]; }
  if (sizes.add_dx != 0u) { v += dx[i]; }
  dx[i] = v;
}
`,
  );
