// sparse sums

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> marks: array<u32>;
@group(0) @binding(2) var<storage, read_write> dbias: array<f32>;
override rows: u32;
override width: u32;
override add_dbias = false;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let j = invocation(id, groups);
  if (j >= width) { return; }
  var sum = 0.0;
  for (var first = 0u; first < rows; first += 32u) {
    var mask = marks[first / 32u * width + j];
    while (mask != 0u) {
      sum += x[(first + firstTrailingBit(mask)) * width + j];
      mask &= mask - 1u;
    }
  }
  if (add_dbias) { sum += dbias[j]; }
  dbias[j] = sum;
}
