// sparse product

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override rows: u32;
override width: u32;
override k: u32;
override outs: u32;
override add_y = false;
@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let across = (outs + 63u) / 64u;
  let id = group.y * groups.x + group.x;
  let row = id / across;
  let o = id % across * 64u + local;
  if (row >= rows || o >= outs) { return; }
  var sum = 0.0;

  var at = row * k;
  for (; at + 7u * 1u < row * k + k; at += 8u * 1u) {
    let v0 = x[row * width + indices[(at + 0u * 1u)]] * w[indices[(at + 0u * 1u)] * outs + o];
  let v1 = x[row * width + indices[(at + 1u * 1u)]] * w[indices[(at + 1u * 1u)] * outs + o];
  let v2 = x[row * width + indices[(at + 2u * 1u)]] * w[indices[(at + 2u * 1u)] * outs + o];
  let v3 = x[row * width + indices[(at + 3u * 1u)]] * w[indices[(at + 3u * 1u)] * outs + o];
  let v4 = x[row * width + indices[(at + 4u * 1u)]] * w[indices[(at + 4u * 1u)] * outs + o];
  let v5 = x[row * width + indices[(at + 5u * 1u)]] * w[indices[(at + 5u * 1u)] * outs + o];
  let v6 = x[row * width + indices[(at + 6u * 1u)]] * w[indices[(at + 6u * 1u)] * outs + o];
  let v7 = x[row * width + indices[(at + 7u * 1u)]] * w[indices[(at + 7u * 1u)] * outs + o];
    sum += v0;
  sum += v1;
  sum += v2;
  sum += v3;
  sum += v4;
  sum += v5;
  sum += v6;
  sum += v7;
  }
  for (; at < row * k + k; at += 1u) { sum += x[row * width + indices[at]] * w[indices[at] * outs + o]; }

  if (add_y) { sum += y[row * outs + o]; }
  y[row * outs + o] = sum;
}
