// project columns

@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> g: array<f32>;
override add_g = false;
/** The gradient so far, which is 0 if no kernel has written it. */
fn gradient(at: u32) -> f32 {
  return select(0.0, g[at], add_g);
}

override rows: u32;
override columns: u32;
var<workgroup> part: array<f32, 256>;
fn total(value: f32, local: u32) -> f32 {
  part[local] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var lane = 0u; lane < 8u; lane++) { sum += part[lane * 32u + local % 32u]; }
  workgroupBarrier();
  return sum;
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let column = group.x * 32u + local % 32u;
  let first = min(column, columns - 1u) + local / 32u * columns;
  let end = rows * columns;
  var sum = 0.0;

  {

  var at = first;
  for (; at + 7u * (8u * columns) < end; at += 8u * (8u * columns)) {
    let v0 = w[(at + 0u * (8u * columns))] * w[(at + 0u * (8u * columns))];
  let v1 = w[(at + 1u * (8u * columns))] * w[(at + 1u * (8u * columns))];
  let v2 = w[(at + 2u * (8u * columns))] * w[(at + 2u * (8u * columns))];
  let v3 = w[(at + 3u * (8u * columns))] * w[(at + 3u * (8u * columns))];
  let v4 = w[(at + 4u * (8u * columns))] * w[(at + 4u * (8u * columns))];
  let v5 = w[(at + 5u * (8u * columns))] * w[(at + 5u * (8u * columns))];
  let v6 = w[(at + 6u * (8u * columns))] * w[(at + 6u * (8u * columns))];
  let v7 = w[(at + 7u * (8u * columns))] * w[(at + 7u * (8u * columns))];
    sum += v0;
  sum += v1;
  sum += v2;
  sum += v3;
  sum += v4;
  sum += v5;
  sum += v6;
  sum += v7;
  }
  for (; at < end; at += (8u * columns)) { sum += w[at] * w[at]; }

  }
  let norm = total(sum, local);
  sum = 0.0;
  {

  var at = first;
  for (; at + 7u * (8u * columns) < end; at += 8u * (8u * columns)) {
    let v0 = gradient((at + 0u * (8u * columns))) * w[(at + 0u * (8u * columns))];
  let v1 = gradient((at + 1u * (8u * columns))) * w[(at + 1u * (8u * columns))];
  let v2 = gradient((at + 2u * (8u * columns))) * w[(at + 2u * (8u * columns))];
  let v3 = gradient((at + 3u * (8u * columns))) * w[(at + 3u * (8u * columns))];
  let v4 = gradient((at + 4u * (8u * columns))) * w[(at + 4u * (8u * columns))];
  let v5 = gradient((at + 5u * (8u * columns))) * w[(at + 5u * (8u * columns))];
  let v6 = gradient((at + 6u * (8u * columns))) * w[(at + 6u * (8u * columns))];
  let v7 = gradient((at + 7u * (8u * columns))) * w[(at + 7u * (8u * columns))];
    sum += v0;
  sum += v1;
  sum += v2;
  sum += v3;
  sum += v4;
  sum += v5;
  sum += v6;
  sum += v7;
  }
  for (; at < end; at += (8u * columns)) { sum += gradient(at) * w[at]; }

  }
  let along = total(sum, local);
  if (column >= columns || norm == 0.0) { return; }
  for (var at = first; at < end; at += (8u * columns)) { g[at] = gradient(at) - along / norm * w[at]; }
}
