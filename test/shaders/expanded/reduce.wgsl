// sum

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { outer: u32, length: u32, inner: u32, parts: u32, scale: f32, add_y: u32 }

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let length = sizes.length;
  let inner = sizes.inner;
  let parts = sizes.parts;
  if (t >= sizes.outer * parts * inner) { return; }
  let strip = t / inner;
  let part = strip % parts;
  let first = strip / parts * length * inner + t - strip * inner;
  var sum = f32();

  var at = part;
  for (; at + 7u * parts < length; at += 8u * parts) {
    let v0 = x[first + (at + 0u * parts) * inner];
  let v1 = x[first + (at + 1u * parts) * inner];
  let v2 = x[first + (at + 2u * parts) * inner];
  let v3 = x[first + (at + 3u * parts) * inner];
  let v4 = x[first + (at + 4u * parts) * inner];
  let v5 = x[first + (at + 5u * parts) * inner];
  let v6 = x[first + (at + 6u * parts) * inner];
  let v7 = x[first + (at + 7u * parts) * inner];
    sum += v0;
  sum += v1;
  sum += v2;
  sum += v3;
  sum += v4;
  sum += v5;
  sum += v6;
  sum += v7;
  }
  for (; at < length; at += parts) { sum += x[first + at * inner]; }

  sum *= sizes.scale;
  if (sizes.add_y != 0u) { sum += y[t]; }
  y[t] = sum;
}
