import { inTurn } from './grid.ts';
import { keyIn, keyOf } from './select.ts';
import { shader, wgsl } from './wgsl.ts';

/** Rows of a workgroup, one for each invocation. */
export const aloneGroup = 16;

/**
 * The same as `topKRows`, with one invocation for each row, for CPUs, where barriers are slow.
 *
 * A row is divided into k equal parts. The least of their k maxima is a lower bound of the least key that is kept. The keys above the bound are
 * mostly few; they are collected at the front of the row of y, where a bisection finds the least key that is kept. Fewer than k values remain after
 * the last part, so some key that is kept is in a part, and the least is not above the largest of the maxima.
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
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, k: u32 }
#if ${among}
@group(0) @binding(6) var<storage, read> among: array<u32>;
#endif
${keyOf}
${keyIn(among)}
/** The number of keys in y from \`first\` on, before \`end\`, that are larger than \`least\`. */
fn count_above(first: u32, end: u32, least: u32) -> u32 {
  var sum = 0u;
  ${inTurn('first', 'end', '1u', (at) => `u32(y[${at}] > least)`)}
  return sum;
}
@compute @workgroup_size(${aloneGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = (group.y * groups.x + group.x) * ${aloneGroup}u + local;
  if (row >= sizes.rows) { return; }
  let columns = sizes.columns;
  let k = sizes.k;
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
  // With many equal values, such as 0, the bound itself is often the least key that is kept.
  var least = bound;
  if (count_above(first, end, least) >= k) {
    least++;
    while (least < largest) {
      let middle = least + (largest - least) / 2u;
      if (count_above(first, end, middle) < k) { largest = middle; } else { least = middle + 1u; }
    }
  }
  // Among the keys equal to it, the first ones complete the k.
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
