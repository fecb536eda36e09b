// add

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { size: u32 }
override add_y = false;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

fn within(v: vec4f, quad: u32, size: u32) -> vec4f {
  return select(vec4f(), v, 4u * quad + vec4u(0u, 1u, 2u, 3u) < vec4u(size));
}

fn combine(a: vec4f, b: vec4f) -> vec4f { return a + b; }
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (4u * i >= sizes.size) { return; }
  var v = combine(a[i], b[i]);
  if (add_y) { v += y[i]; }
  y[i] = within(v, i, sizes.size);
}
