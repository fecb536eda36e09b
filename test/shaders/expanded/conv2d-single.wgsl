// conv2d of one filter relu

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes {
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  filters: u32,
  out_height: u32,
  out_width: u32,
  kernel_height: u32,
  kernel_width: u32,
  stride_y: u32,
  stride_x: u32,
  pad_top: u32,
  pad_left: u32,

  parts: u32,
  slice: u32,
  add_y: u32,
  add_sums: u32
}

@group(0) @binding(4) var<storage, read> bias: array<f32>;

fn activate_one(z: f32) -> f32 {
  return max(z, 0.0);
}
fn slope_one(y: f32) -> f32 {
  return select(0.0, 1.0, y > 0.0);
}
fn activate(z: vec4f) -> vec4f {
  return vec4f(activate_one(z.x), activate_one(z.y), activate_one(z.z), activate_one(z.w));
}
fn slope(s: vec4f) -> vec4f {
  return vec4f(slope_one(s.x), slope_one(s.y), slope_one(s.z), slope_one(s.w));
}

const none = 0xffffffffu;

fn store(i: u32, j: u32, sum: vec4f, m: u32, n: u32, add: bool) {
  if (i >= m || j >= n) { return; }
  let row = i;

  var v = sum;

  let count = min(4u, n - j);
  for (var c = 0u; c < count; c++) {
    let at = row * n + j + c;
    var one = v[c];

    one += bias[j + c];

    one = activate_one(one);

    if (add) { one += y[at]; }
    y[at] = one;
  }

}

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = (id.y * groups.x + id.x) * 16u + local;

  let across = (sizes.out_width + 3u) / 4u;
  let down = (sizes.out_height + 3u) / 4u;
  let example = t / (across * down);
  let y0 = t / across % down * 4u;
  let x0 = t % across * 4u;

  if (example >= sizes.batch) { return; }
  let top = y0 - sizes.pad_top;
  let left = x0 - sizes.pad_left;
  let channels = sizes.channels / 4u;
  let inside_y0 = top + 0u < sizes.height; let line0 = (example * sizes.height + top + 0u) * sizes.width * channels;
  let inside_y1 = top + 1u < sizes.height; let line1 = (example * sizes.height + top + 1u) * sizes.width * channels;
  let inside_y2 = top + 2u < sizes.height; let line2 = (example * sizes.height + top + 2u) * sizes.width * channels;
  let inside_y3 = top + 3u < sizes.height; let line3 = (example * sizes.height + top + 3u) * sizes.width * channels;
  let inside_y4 = top + 4u < sizes.height; let line4 = (example * sizes.height + top + 4u) * sizes.width * channels;
  let inside_y5 = top + 5u < sizes.height; let line5 = (example * sizes.height + top + 5u) * sizes.width * channels;
  let inside_x0 = left + 0u < sizes.width; let at0 = (left + 0u) * channels;
  let inside_x1 = left + 1u < sizes.width; let at1 = (left + 1u) * channels;
  let inside_x2 = left + 2u < sizes.width; let at2 = (left + 2u) * channels;
  let inside_x3 = left + 3u < sizes.width; let at3 = (left + 3u) * channels;
  let inside_x4 = left + 4u < sizes.width; let at4 = (left + 4u) * channels;
  let inside_x5 = left + 5u < sizes.width; let at5 = (left + 5u) * channels;
  var sum0 = 0.0;
  var sum1 = 0.0;
  var sum2 = 0.0;
  var sum3 = 0.0;
  var sum4 = 0.0;
  var sum5 = 0.0;
  var sum6 = 0.0;
  var sum7 = 0.0;
  var sum8 = 0.0;
  var sum9 = 0.0;
  var sum10 = 0.0;
  var sum11 = 0.0;
  var sum12 = 0.0;
  var sum13 = 0.0;
  var sum14 = 0.0;
  var sum15 = 0.0;
  for (var c4 = 0u; c4 < channels; c4++) {
    let w0 = w[0u * channels + c4];
  let w1 = w[1u * channels + c4];
  let w2 = w[2u * channels + c4];
  let w3 = w[3u * channels + c4];
  let w4 = w[4u * channels + c4];
  let w5 = w[5u * channels + c4];
  let w6 = w[6u * channels + c4];
  let w7 = w[7u * channels + c4];
  let w8 = w[8u * channels + c4];

    let x0_0 = select(vec4f(), x[select(0u, line0 + at0 + c4, inside_y0 & inside_x0)], inside_y0 & inside_x0);
  let x0_1 = select(vec4f(), x[select(0u, line0 + at1 + c4, inside_y0 & inside_x1)], inside_y0 & inside_x1);
  let x0_2 = select(vec4f(), x[select(0u, line0 + at2 + c4, inside_y0 & inside_x2)], inside_y0 & inside_x2);
  let x0_3 = select(vec4f(), x[select(0u, line0 + at3 + c4, inside_y0 & inside_x3)], inside_y0 & inside_x3);
  let x0_4 = select(vec4f(), x[select(0u, line0 + at4 + c4, inside_y0 & inside_x4)], inside_y0 & inside_x4);
  let x0_5 = select(vec4f(), x[select(0u, line0 + at5 + c4, inside_y0 & inside_x5)], inside_y0 & inside_x5);
    sum0 += dot(x0_0, w0); sum0 += dot(x0_1, w1); sum0 += dot(x0_2, w2);
  sum1 += dot(x0_1, w0); sum1 += dot(x0_2, w1); sum1 += dot(x0_3, w2);
  sum2 += dot(x0_2, w0); sum2 += dot(x0_3, w1); sum2 += dot(x0_4, w2);
  sum3 += dot(x0_3, w0); sum3 += dot(x0_4, w1); sum3 += dot(x0_5, w2);

    let x1_0 = select(vec4f(), x[select(0u, line1 + at0 + c4, inside_y1 & inside_x0)], inside_y1 & inside_x0);
  let x1_1 = select(vec4f(), x[select(0u, line1 + at1 + c4, inside_y1 & inside_x1)], inside_y1 & inside_x1);
  let x1_2 = select(vec4f(), x[select(0u, line1 + at2 + c4, inside_y1 & inside_x2)], inside_y1 & inside_x2);
  let x1_3 = select(vec4f(), x[select(0u, line1 + at3 + c4, inside_y1 & inside_x3)], inside_y1 & inside_x3);
  let x1_4 = select(vec4f(), x[select(0u, line1 + at4 + c4, inside_y1 & inside_x4)], inside_y1 & inside_x4);
  let x1_5 = select(vec4f(), x[select(0u, line1 + at5 + c4, inside_y1 & inside_x5)], inside_y1 & inside_x5);
    sum0 += dot(x1_0, w3); sum0 += dot(x1_1, w4); sum0 += dot(x1_2, w5);
  sum1 += dot(x1_1, w3); sum1 += dot(x1_2, w4); sum1 += dot(x1_3, w5);
  sum2 += dot(x1_2, w3); sum2 += dot(x1_3, w4); sum2 += dot(x1_4, w5);
  sum3 += dot(x1_3, w3); sum3 += dot(x1_4, w4); sum3 += dot(x1_5, w5);
  sum4 += dot(x1_0, w0); sum4 += dot(x1_1, w1); sum4 += dot(x1_2, w2);
  sum5 += dot(x1_1, w0); sum5 += dot(x1_2, w1); sum5 += dot(x1_3, w2);
  sum6 += dot(x1_2, w0); sum6 += dot(x1_3, w1); sum6 += dot(x1_4, w2);
  sum7 += dot(x1_3, w0); sum7 += dot(x1_4, w1); sum7 += dot(x1_5, w2);

    let x2_0 = select(vec4f(), x[select(0u, line2 + at0 + c4, inside_y2 & inside_x0)], inside_y2 & inside_x0);
  let x2_1 = select(vec4f(), x[select(0u, line2 + at1 + c4, inside_y2 & inside_x1)], inside_y2 & inside_x1);
  let x2_2 = select(vec4f(), x[select(0u, line2 + at2 + c4, inside_y2 & inside_x2)], inside_y2 & inside_x2);
  let x2_3 = select(vec4f(), x[select(0u, line2 + at3 + c4, inside_y2 & inside_x3)], inside_y2 & inside_x3);
  let x2_4 = select(vec4f(), x[select(0u, line2 + at4 + c4, inside_y2 & inside_x4)], inside_y2 & inside_x4);
  let x2_5 = select(vec4f(), x[select(0u, line2 + at5 + c4, inside_y2 & inside_x5)], inside_y2 & inside_x5);
    sum0 += dot(x2_0, w6); sum0 += dot(x2_1, w7); sum0 += dot(x2_2, w8);
  sum1 += dot(x2_1, w6); sum1 += dot(x2_2, w7); sum1 += dot(x2_3, w8);
  sum2 += dot(x2_2, w6); sum2 += dot(x2_3, w7); sum2 += dot(x2_4, w8);
  sum3 += dot(x2_3, w6); sum3 += dot(x2_4, w7); sum3 += dot(x2_5, w8);
  sum4 += dot(x2_0, w3); sum4 += dot(x2_1, w4); sum4 += dot(x2_2, w5);
  sum5 += dot(x2_1, w3); sum5 += dot(x2_2, w4); sum5 += dot(x2_3, w5);
  sum6 += dot(x2_2, w3); sum6 += dot(x2_3, w4); sum6 += dot(x2_4, w5);
  sum7 += dot(x2_3, w3); sum7 += dot(x2_4, w4); sum7 += dot(x2_5, w5);
  sum8 += dot(x2_0, w0); sum8 += dot(x2_1, w1); sum8 += dot(x2_2, w2);
  sum9 += dot(x2_1, w0); sum9 += dot(x2_2, w1); sum9 += dot(x2_3, w2);
  sum10 += dot(x2_2, w0); sum10 += dot(x2_3, w1); sum10 += dot(x2_4, w2);
  sum11 += dot(x2_3, w0); sum11 += dot(x2_4, w1); sum11 += dot(x2_5, w2);

    let x3_0 = select(vec4f(), x[select(0u, line3 + at0 + c4, inside_y3 & inside_x0)], inside_y3 & inside_x0);
  let x3_1 = select(vec4f(), x[select(0u, line3 + at1 + c4, inside_y3 & inside_x1)], inside_y3 & inside_x1);
  let x3_2 = select(vec4f(), x[select(0u, line3 + at2 + c4, inside_y3 & inside_x2)], inside_y3 & inside_x2);
  let x3_3 = select(vec4f(), x[select(0u, line3 + at3 + c4, inside_y3 & inside_x3)], inside_y3 & inside_x3);
  let x3_4 = select(vec4f(), x[select(0u, line3 + at4 + c4, inside_y3 & inside_x4)], inside_y3 & inside_x4);
  let x3_5 = select(vec4f(), x[select(0u, line3 + at5 + c4, inside_y3 & inside_x5)], inside_y3 & inside_x5);

  sum4 += dot(x3_0, w6); sum4 += dot(x3_1, w7); sum4 += dot(x3_2, w8);
  sum5 += dot(x3_1, w6); sum5 += dot(x3_2, w7); sum5 += dot(x3_3, w8);
  sum6 += dot(x3_2, w6); sum6 += dot(x3_3, w7); sum6 += dot(x3_4, w8);
  sum7 += dot(x3_3, w6); sum7 += dot(x3_4, w7); sum7 += dot(x3_5, w8);
  sum8 += dot(x3_0, w3); sum8 += dot(x3_1, w4); sum8 += dot(x3_2, w5);
  sum9 += dot(x3_1, w3); sum9 += dot(x3_2, w4); sum9 += dot(x3_3, w5);
  sum10 += dot(x3_2, w3); sum10 += dot(x3_3, w4); sum10 += dot(x3_4, w5);
  sum11 += dot(x3_3, w3); sum11 += dot(x3_4, w4); sum11 += dot(x3_5, w5);
  sum12 += dot(x3_0, w0); sum12 += dot(x3_1, w1); sum12 += dot(x3_2, w2);
  sum13 += dot(x3_1, w0); sum13 += dot(x3_2, w1); sum13 += dot(x3_3, w2);
  sum14 += dot(x3_2, w0); sum14 += dot(x3_3, w1); sum14 += dot(x3_4, w2);
  sum15 += dot(x3_3, w0); sum15 += dot(x3_4, w1); sum15 += dot(x3_5, w2);

    let x4_0 = select(vec4f(), x[select(0u, line4 + at0 + c4, inside_y4 & inside_x0)], inside_y4 & inside_x0);
  let x4_1 = select(vec4f(), x[select(0u, line4 + at1 + c4, inside_y4 & inside_x1)], inside_y4 & inside_x1);
  let x4_2 = select(vec4f(), x[select(0u, line4 + at2 + c4, inside_y4 & inside_x2)], inside_y4 & inside_x2);
  let x4_3 = select(vec4f(), x[select(0u, line4 + at3 + c4, inside_y4 & inside_x3)], inside_y4 & inside_x3);
  let x4_4 = select(vec4f(), x[select(0u, line4 + at4 + c4, inside_y4 & inside_x4)], inside_y4 & inside_x4);
  let x4_5 = select(vec4f(), x[select(0u, line4 + at5 + c4, inside_y4 & inside_x5)], inside_y4 & inside_x5);

  sum8 += dot(x4_0, w6); sum8 += dot(x4_1, w7); sum8 += dot(x4_2, w8);
  sum9 += dot(x4_1, w6); sum9 += dot(x4_2, w7); sum9 += dot(x4_3, w8);
  sum10 += dot(x4_2, w6); sum10 += dot(x4_3, w7); sum10 += dot(x4_4, w8);
  sum11 += dot(x4_3, w6); sum11 += dot(x4_4, w7); sum11 += dot(x4_5, w8);
  sum12 += dot(x4_0, w3); sum12 += dot(x4_1, w4); sum12 += dot(x4_2, w5);
  sum13 += dot(x4_1, w3); sum13 += dot(x4_2, w4); sum13 += dot(x4_3, w5);
  sum14 += dot(x4_2, w3); sum14 += dot(x4_3, w4); sum14 += dot(x4_4, w5);
  sum15 += dot(x4_3, w3); sum15 += dot(x4_4, w4); sum15 += dot(x4_5, w5);

    let x5_0 = select(vec4f(), x[select(0u, line5 + at0 + c4, inside_y5 & inside_x0)], inside_y5 & inside_x0);
  let x5_1 = select(vec4f(), x[select(0u, line5 + at1 + c4, inside_y5 & inside_x1)], inside_y5 & inside_x1);
  let x5_2 = select(vec4f(), x[select(0u, line5 + at2 + c4, inside_y5 & inside_x2)], inside_y5 & inside_x2);
  let x5_3 = select(vec4f(), x[select(0u, line5 + at3 + c4, inside_y5 & inside_x3)], inside_y5 & inside_x3);
  let x5_4 = select(vec4f(), x[select(0u, line5 + at4 + c4, inside_y5 & inside_x4)], inside_y5 & inside_x4);
  let x5_5 = select(vec4f(), x[select(0u, line5 + at5 + c4, inside_y5 & inside_x5)], inside_y5 & inside_x5);

  sum12 += dot(x5_0, w6); sum12 += dot(x5_1, w7); sum12 += dot(x5_2, w8);
  sum13 += dot(x5_1, w6); sum13 += dot(x5_2, w7); sum13 += dot(x5_3, w8);
  sum14 += dot(x5_2, w6); sum14 += dot(x5_3, w7); sum14 += dot(x5_4, w8);
  sum15 += dot(x5_3, w6); sum15 += dot(x5_4, w7); sum15 += dot(x5_5, w8);
  }
  let add = sizes.add_y != 0u;
  let pixels = sizes.batch * sizes.out_height * sizes.out_width;
  var sums = array<f32, 16>(sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, sum8, sum9, sum10, sum11, sum12, sum13, sum14, sum15);
  for (var i = 0u; i < 16u; i++) {
    let oy = y0 + i / 4u;
    let ox = x0 + i % 4u;
    if (oy < sizes.out_height && ox < sizes.out_width) {
      store((example * sizes.out_height + oy) * sizes.out_width + ox, 0u, vec4f(sums[i], 0.0, 0.0, 0.0), pixels, 1u, add);
    }
  }
}
