import { grid, groupSize, inTurn } from './grid.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** Invocations of a workgroup that selects: one for each value of a digit. */
export const selectGroup = 256;
/** Rows of a workgroup whose invocations each have one. */
export const aloneGroup = 16;

/** Chunk `key_of(bits)`: a number that is larger where the float of these bits is. −0 is 0, and NaN the largest: what is wrong must not be left out. */
const keyOf = wgsl`
fn key_of(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0xffffffffu; }
  if (magnitude == 0u) { return 0x80000000u; }
  return bits ^ select(0x80000000u, 0xffffffffu, bits != magnitude);
}
`;

/**
 * Chunk `is_kept(key, i, cut)`: a cut is the least key that is kept, and the complement of the last index that is kept with it. Of equals those of the
 * lowest indices are kept.
 */
const isKept = wgsl`
fn is_kept(key: u32, i: u32, cut: vec4u) -> bool {
  return key > cut.x || (key == cut.x && ~i >= cut.y);
}
`;

/** Chunk: how many numbers have each value of a digit, counted by the workgroup. Numbers that follow each other often have the same one, such as 0. */
const counting = wgsl`
var<workgroup> bins: array<atomic<u32>, ${selectGroup}>;
var<private> run_bin: u32;
var<private> run_length: u32;
fn count_in(bin: u32) {
  if (bin != run_bin) {
    end_run();
    run_bin = bin;
  }
  run_length++;
}
fn end_run() {
  if (run_length > 0u) { atomicAdd(&bins[run_bin], run_length); }
  run_length = 0u;
}
`;

/**
 * Chunk `choose(count, place, local)`: the digit that the place-th largest number has, of which each invocation knows how many have its own digit;
 * and its place among those. All invocations of the workgroup must come.
 */
const choosing = wgsl`
var<workgroup> from_here: array<u32, ${selectGroup}>;
var<workgroup> chosen: vec2u;
fn choose(count: u32, place: u32, local: u32) -> vec2u {
  from_here[local] = count;
  workgroupBarrier();
  for (var step = 1u; step < ${selectGroup}u; step *= 2u) {
    let more = select(0u, from_here[min(local + step, ${selectGroup - 1}u)], local + step < ${selectGroup}u);
    workgroupBarrier();
    from_here[local] += more;
    workgroupBarrier();
  }
  let larger = from_here[local] - count;
  if (larger < place && place <= from_here[local]) { chosen = vec2u(local, place - larger); }
  workgroupBarrier();
  return chosen;
}
`;

/** Chunk `key_in(bits, j)`: the key of a number in column j. With `among`, one of a column that is left out comes last. */
const keyIn = (among: boolean): string => wgsl`
#if ${among}
fn key_in(bits: u32, j: u32) -> u32 { return select(0u, key_of(bits), among[j] != 0u); }
#else
fn key_in(bits: u32, j: u32) -> u32 { return key_of(bits); }
#endif
`;

/**
 * y = the k largest of each row, 0 else; indices and values[row] = those k in the order of the row; cuts[row] = what `is_kept` takes
 *
 * `among`: only of the columns where that is not 0. Where they are fewer than k, others are among the indices, with 0 in y and values.
 *
 * A radix selection (Alabi et al. 2012): four times, of the numbers that agree in the digits before, how many have each value of the next one. A
 * workgroup does a row, by neighbouring values; where order counts, each invocation has a stretch of it.
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
#if ${among}
@group(0) @binding(5) var<storage, read> among: array<u32>;
#endif
override rows: u32;
override columns: u32;
override k: u32;
${keyOf}
${keyIn(among)}
${isKept}
${counting}
${choosing}
/** How many are larger than the least key that is kept, and how many equal it, up to the end of each invocation's stretch. */
var<workgroup> ranks: array<vec2u, ${selectGroup}>;
var<workgroup> last: u32;
@compute @workgroup_size(${selectGroup})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= rows) { return; }
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
 * The same as `topKRows`, by one invocation for each row, which finds the least key that is kept bit by bit: for processors, where invocations of a
 * workgroup that wait for each other take long.
 */
export const topKRowsAlone = (among = false) =>
  shader<'x' | 'y' | 'indices' | 'values' | 'cuts', 'among'>(
    `top k${among ? ' of some' : ''}, alone`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> values: array<u32>;
@group(0) @binding(4) var<storage, read_write> cuts: array<vec4u>;
#if ${among}
@group(0) @binding(5) var<storage, read> among: array<u32>;
#endif
override rows: u32;
override columns: u32;
override k: u32;
${keyOf}
${keyIn(among)}
${grid}
/** How many keys of a row are at least so large. */
fn count_from(first: u32, least: u32) -> u32 {
  var sum = 0u;
  ${inTurn('0u', 'columns', '1u', (at) => `u32(key_in(x[first + ${at}], ${at}) >= least)`)}
  return sum;
}
@compute @workgroup_size(${aloneGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = (group.y * groups.x + group.x) * ${aloneGroup}u + local;
  if (row >= rows) { return; }
  let first = row * columns;
  var least = 0u;
  for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
    if (count_from(first, least | bit) >= k) { least |= bit; }
  }
  // Of those that equal it, the first ones fill the k up.
  var equals = k;
  if (least < 0xffffffffu) { equals -= count_from(first, least + 1u); }
  var to = row * k;
  var last = 0u;
  for (var i = 0u; i < columns; i++) {
    let bits = x[first + i];
    let key = key_in(bits, i);
    var kept = key > least;
    if (key == least && equals > 0u) {
      kept = true;
      last = i;
      equals--;
    }
    let value = select(0u, bits, kept && key != 0u);
    y[first + i] = value;
    if (kept) {
      indices[to] = i;
      values[to] = value;
      to++;
    }
  }
  cuts[row] = vec4u(least, ~last, 0u, 0u);
}
`,
  );

export interface DigitVariant {
  /** Of the first digit nothing is known before. */
  readonly first: boolean;
  /** A digit of the complements of indices, of the numbers that are as large as the least that is kept. */
  readonly byIndex: boolean;
}

/** partials[group,b] = how many of the real rows' values that agree with `before` have b in the digit at `shift` */
export const batchDigits = ({ first, byIndex }: DigitVariant) =>
  shader<'x' | 'state' | 'partials', 'before'>(
    'top k of a batch, digits',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> partials: array<u32>;
#if ${!first}
@group(0) @binding(3) var<storage, read> before: array<vec4u>;
#endif
override size: u32;
override columns: u32;
override parts: u32;
override shift: u32;
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
  let end = min(size, batch_rows() * columns);
  for (var i = group.x * ${selectGroup}u + local; i < end; i += parts * ${selectGroup}u) {
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
 * after = (digits of the least key that is kept, digits of the complement of its last index, the place among those that agree in them, 0)
 *
 * `begin`: the digits of the complement of every index that there is, which come before those that are looked at.
 */
export const batchChoose = ({ first, byIndex }: DigitVariant) =>
  shader<'partials' | 'after', 'state' | 'before'>(
    'top k of a batch, choice',
    wgsl`
@group(0) @binding(0) var<storage, read> partials: array<u32>;
@group(0) @binding(1) var<storage, read_write> after: array<vec4u>;
#if ${first}
@group(0) @binding(2) var<storage, read> state: State;
#else
@group(0) @binding(2) var<storage, read> before: array<vec4u>;
#endif
override parts: u32;
#if ${first}
override k: u32;
override begin: u32;
${state()}
${batchRows}
#endif
${choosing}
@compute @workgroup_size(${selectGroup})
fn main(@builtin(local_invocation_index) local: u32) {
#if ${first}
  let known = vec4u(0u, begin, k * batch_rows(), 0u);
#else
  let known = before[0];
#endif
  var sum = 0u;
  ${inTurn('0u', 'parts', '1u', (at) => `partials[${at} * ${selectGroup}u + local]`)}
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

/** y = the values of the real rows that are kept, 0 else; least[group] = the least key above that of 0 among those, all ones where there is none */
export const batchKeep = () =>
  shader<'x' | 'state' | 'cut' | 'y' | 'least'>(
    'top k of a batch',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read> cut: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read_write> least: array<u32>;
override size: u32;
override columns: u32;
override parts: u32;
${state()}
${batchRows}
${keyOf}
${isKept}
var<workgroup> found: array<u32, ${selectGroup}>;
@compute @workgroup_size(${selectGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let end = batch_rows() * columns;
  var smallest = 0xffffffffu;
  for (var i = group.x * ${selectGroup}u + local; i < size; i += parts * ${selectGroup}u) {
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
 * threshold += max(1 / n, rate) (m − threshold), where m is the least positive value that the batch kept, if there is one, and n says how many batches
 * there were; only where no step has gone bad
 *
 * `keeps`: how the threshold and the number of batches were goes into `kept`.
 */
export const moveThreshold = (keeps: boolean) =>
  shader<'least' | 'state' | 'threshold' | 'num_batches_tracked', 'kept'>(
    'top k of a batch, threshold',
    wgsl`
@group(0) @binding(0) var<storage, read> least: array<u32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> threshold: array<f32>;
@group(0) @binding(3) var<storage, read_write> num_batches_tracked: array<f32>;
#if ${keeps}
@group(0) @binding(4) var<storage, read_write> kept: array<f32>;
#endif
override parts: u32;
override rate: f32;
${state()}
var<workgroup> found: array<u32, ${selectGroup}>;
@compute @workgroup_size(${selectGroup})
fn main(@builtin(local_invocation_index) local: u32) {
  found[local] = select(0xffffffffu, least[min(local, parts - 1u)], local < parts);
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
  let share = max(1.0 / num_batches_tracked[0], rate);
  threshold[0] += share * (bitcast<f32>(found[0] ^ 0x80000000u) - threshold[0]);
}
`,
  );

/** y = x where x > threshold, 0 else */
export const beyondThreshold = () =>
  shader<'x' | 'threshold' | 'y'>(
    'beyond a threshold',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> threshold: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
override size: u32;
${keyOf}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= size) { return; }
  let bits = x[i];
  y[i] = select(0u, bits, key_of(bits) > key_of(threshold[0]));
}
`,
  );

/**
 * dx = dy where x was kept, 0 else; `span` values share a cut, a row or the whole batch, of which only the real rows count. `among` is that of `topKRows`.
 */
export const topKBackward = (ofBatch: boolean, among = false) =>
  shader<'x' | 'dy' | 'cuts' | 'dx', 'state' | 'among'>(
    'top k backward',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> cuts: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
#if ${ofBatch}
@group(0) @binding(4) var<storage, read> state: State;
#endif
#if ${among}
@group(0) @binding(4) var<storage, read> among: array<u32>;
#endif
override size: u32;
override span: u32;
override add_dx = false;
#if ${ofBatch}
override columns: u32;
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
  if (i >= size) { return; }
#if ${ofBatch}
  let real = i / columns < batch_rows();
#else
  let real = true;
#endif
  let key = key_in(x[i], i % span);
  var v = 0.0;
  if (real && key != 0u && is_kept(key, i % span, cuts[i / span])) { v = dy[i]; }
  if (add_dx) { v += dx[i]; }
  dx[i] = v;
}
`,
  );
