// normalize sets

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { lines: u32, places: u32, channels: u32, width: u32, epsilon: f32 }
override count: u32;

fn inverse_deviation(variance: f32) -> f32 {
  return select(1.0 / sqrt(variance + sizes.epsilon), 3.0e38, variance > 3.0e38);
}

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

var<workgroup> part: array<f32, 64>;
fn add_up(value: f32, local: u32) -> f32 {
  part[local] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) { part[local] += part[local + half]; }
    workgroupBarrier();
  }
  let sum = part[0];
  workgroupBarrier();
  return sum;
}

fn total(value: f32, local: u32) -> f32 {

  return add_up(value, local);

}

@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {

  let unit = group.y * groups.x + group.x;
  let start = local;
  let step = 64u;

  let channels = sizes.channels;
  let width = sizes.width;
  let per_example = channels / width;
  if (unit >= sizes.lines / sizes.places * per_example) { return; }
  let example = unit / per_example;
  let base = example * sizes.places * channels + (unit - example * per_example) * width;

  let first = x[base];
  var sum = 0.0;
  for (var e = start; e < count; e += step) { sum += x[base + e + e / width * (channels - width)] - first; }
  let mean = total(sum, local) / f32(count);
  var squares = 0.0;
  for (var e = start; e < count; e += step) {
    let d = (x[base + e + e / width * (channels - width)] - first) - mean;
    squares += d * d;
  }
  let inverse = inverse_deviation(total(squares, local) / f32(count));
  for (var e = start; e < count; e += step) {
    let o = base + e + e / width * (channels - width);
    let c = o % channels;
    y[o] = ((x[o] - first) - mean) * inverse * weight[c] + bias[c];
  }
  if (start == 0u) { stats[unit] = vec2f(mean, inverse); }
}
