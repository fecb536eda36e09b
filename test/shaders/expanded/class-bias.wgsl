// class bias

@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
override size: u32;
override across: u32;
override units: u32;
override samples: u32;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= size) { return; }
  let label = u32(labels[t / across / samples]);
  y[t] = z[t] + bias[label * units + t % units];
}
