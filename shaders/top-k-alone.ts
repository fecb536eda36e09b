import { inTurn } from './grid.ts';
import { keyIn, keyOf } from './select.ts';
import { shader, wgsl } from './wgsl.ts';

/** Rows of a workgroup whose invocations each have one. */
export const aloneGroup = 16;

/**
 * The same as `topKRows`, by one invocation for each row: for processors, where invocations of a workgroup that wait for each other take long.
 *
 * Of k parts of a row, as long as each other, the largest keys are k that are at least as large as the least of them. That bound is the least key that
 * is kept, or it is one of those above, mostly few: they are put together in front of the row of y, and it is found there by halving the range where it
 * lies. What is left over of the row is less than k values: some key that is kept is in a part, so that the least is not above the largest of those.
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
/** How many of the keys in y from \`first\` on, before \`end\`, are larger. */
fn count_above(first: u32, end: u32, least: u32) -> u32 {
  var sum = 0u;
  ${inTurn('first', 'end', '1u', (at) => `u32(y[${at}] > least)`)}
  return sum;
}
@compute @workgroup_size(${aloneGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = (group.y * groups.x + group.x) * ${aloneGroup}u + local;
  if (row >= rows) { return; }
  let first = row * columns;
  var bound = 0xffffffffu;
  var largest = 0u;
  var i = 0u;
  for (var part = 0u; part < k; part++) {
    let end = i + columns / k;
    var most = 0u;
    for (; i < end; i++) { most = max(most, key_in(x[first + i], i)); }
    bound = min(bound, most);
    largest = max(largest, most);
  }
  var end = first;
  for (i = 0u; i < columns; i++) {
    let key = key_in(x[first + i], i);
    if (key > bound) {
      y[end] = key;
      end++;
    }
  }
  // Where many are equal, such as 0, the bound itself is often the least that is kept.
  var least = bound;
  if (count_above(first, end, least) >= k) {
    least++;
    while (least < largest) {
      let middle = least + (largest - least) / 2u;
      if (count_above(first, end, middle) < k) { largest = middle; } else { least = middle + 1u; }
    }
  }
  // Of those that equal it, the first ones fill the k up.
  var equals = k - count_above(first, end, least);
  var to = row * k;
  var last = 0u;
  for (i = 0u; i < columns; i++) {
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
