// sum

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override outer: u32;
override length: u32;
override inner: u32;
override parts: u32;
override scale: f32;
override add_y = false;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= outer * parts * inner) { return; }
  let part = t / inner % parts;
  let first = t / (inner * parts) * length * inner + t % inner;
  var sum = 0.0;

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

  sum *= scale;
  if (add_y) { sum += y[t]; }
  y[t] = sum;
}
