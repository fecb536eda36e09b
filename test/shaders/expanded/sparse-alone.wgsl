// sparse product, alone

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override rows: u32;
override width: u32;
override k: u32;
override outs: u32;
override add_y = false;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

fn store(row: u32, o: u32, value: f32) {
  if (o >= outs) { return; }
  var sum = value;

  if (add_y) { sum += y[row * outs + o]; }
  y[row * outs + o] = sum;
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let across = (outs + 15u) / 16u;
  let strip = invocation(id, groups);
  let row = strip / across;
  let o = strip % across * 16u;
  if (row >= rows) { return; }
  var sum0 = 0.0; var sum1 = 0.0; var sum2 = 0.0; var sum3 = 0.0; var sum4 = 0.0; var sum5 = 0.0; var sum6 = 0.0; var sum7 = 0.0; var sum8 = 0.0; var sum9 = 0.0; var sum10 = 0.0; var sum11 = 0.0; var sum12 = 0.0; var sum13 = 0.0; var sum14 = 0.0; var sum15 = 0.0;
  for (var place = row * k; place < row * k + k; place++) {
    let j = indices[place];
    let v = x[row * width + j];
    let start = j * outs + o;
    sum0 += v * w[start + 0u];
    sum1 += v * w[start + 1u];
    sum2 += v * w[start + 2u];
    sum3 += v * w[start + 3u];
    sum4 += v * w[start + 4u];
    sum5 += v * w[start + 5u];
    sum6 += v * w[start + 6u];
    sum7 += v * w[start + 7u];
    sum8 += v * w[start + 8u];
    sum9 += v * w[start + 9u];
    sum10 += v * w[start + 10u];
    sum11 += v * w[start + 11u];
    sum12 += v * w[start + 12u];
    sum13 += v * w[start + 13u];
    sum14 += v * w[start + 14u];
    sum15 += v * w[start + 15u];
  }
  store(row, o + 0u, sum0);
  store(row, o + 1u, sum1);
  store(row, o + 2u, sum2);
  store(row, o + 3u, sum3);
  store(row, o + 4u, sum4);
  store(row, o + 5u, sum5);
  store(row, o + 6u, sum6);
  store(row, o + 7u, sum7);
  store(row, o + 8u, sum8);
  store(row, o + 9u, sum9);
  store(row, o + 10u, sum10);
  store(row, o + 11u, sum11);
  store(row, o + 12u, sum12);
  store(row, o + 13u, sum13);
  store(row, o + 14u, sum14);
  store(row, o + 15u, sum15);
}
