// top k, alone

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> values: array<u32>;
@group(0) @binding(4) var<storage, read_write> cuts: array<vec4u>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, k: u32 }

fn key_of(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0xffffffffu; }
  if (magnitude == 0u) { return 0x80000000u; }
  return bits ^ select(0x80000000u, 0xffffffffu, bits != magnitude);
}

fn key_in(bits: u32, j: u32) -> u32 { return key_of(bits); }

/** The number of keys in y from `first` on, before `end`, that are larger than `least`. */
fn count_above(first: u32, end: u32, least: u32) -> u32 {
  var sum = 0u;

  var at = first;
  for (; at + 7u * 1u < end; at += 8u * 1u) {
    let v0 = u32(y[(at + 0u * 1u)] > least);
  let v1 = u32(y[(at + 1u * 1u)] > least);
  let v2 = u32(y[(at + 2u * 1u)] > least);
  let v3 = u32(y[(at + 3u * 1u)] > least);
  let v4 = u32(y[(at + 4u * 1u)] > least);
  let v5 = u32(y[(at + 5u * 1u)] > least);
  let v6 = u32(y[(at + 6u * 1u)] > least);
  let v7 = u32(y[(at + 7u * 1u)] > least);
    sum += v0;
  sum += v1;
  sum += v2;
  sum += v3;
  sum += v4;
  sum += v5;
  sum += v6;
  sum += v7;
  }
  for (; at < end; at += 1u) { sum += u32(y[at] > least); }

  return sum;
}
@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let row = (group.y * groups.x + group.x) * 16u + local;
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
