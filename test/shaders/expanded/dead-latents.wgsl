// residual

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> total: array<f32>;
@group(0) @binding(3) var<storage, read_write> e: array<f32>;
override size: u32;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= size) { return; }
  e[i] = select(0.0, x[i] - y[i], total[0] > 0.0);
}
