// conv2d of one filter tanh

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

/** e^r − 1 for |r| ≤ ½ ln 2. */
fn expm1_core(r: f32) -> f32 {
  return r + r * r * (0.5 + r * (0.16666667 + r * (0.041666667 + r * (0.0083333333 + r * (0.0013888889 + r * 1.9841270e-4)))));
}

fn power_of_two(n: i32) -> f32 {
  return bitcast<f32>((n + 127) << 23u);
}

/** x − n ln 2, with ln 2 in two parts so that n times the first is exact. */
fn reduce_by_ln2(x: f32, n: f32) -> f32 {
  return (x - n * 0.693359375) + n * 2.1219444e-4;
}

fn accurate_exp(x: f32) -> f32 {
  let v = clamp(x, -104.0, 89.0);
  let n = floor(v * 1.4426950 + 0.5);
  let half = i32(n) >> 1u;
  return (1.0 + expm1_core(reduce_by_ln2(v, n))) * power_of_two(half) * power_of_two(i32(n) - half);
}

fn expm1(x: f32) -> f32 {
  let v = clamp(x, -50.0, 88.0);
  let n = floor(v * 1.4426950 + 0.5);
  let scale = power_of_two(i32(n));
  return scale * expm1_core(reduce_by_ln2(v, n)) + (scale - 1.0);
}

/** log(1 + u) for u in [0, 1]. */
fn log1p(u: f32) -> f32 {
  let s = u / (2.0 + u);
  let q = s * s;
  return 2.0 * s + 2.0 * s * q * (0.33333333 + q * (0.2 + q * (0.14285714 + q * (0.11111111 + q * (0.090909091 + q * (0.076923077 + q * 0.066666667))))));
}

fn accurate_tanh(x: f32) -> f32 {
  let q = x * x;
  let near = x + x * q * (-0.33333329 + q * (0.13333132 + q * (-0.053937467 + q * (0.021650155 + q * (-0.0080539498 + q * 0.0020317535)))));
  let far = 1.0 - 2.0 / (accurate_exp(2.0 * min(abs(x), 16.0)) + 1.0);
  return select(select(far, -far, x < 0.0), near, abs(x) < 0.66);
}

fn sigmoid(x: f32) -> f32 {
  let e = accurate_exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}

fn softplus(x: f32) -> f32 {
  return max(x, 0.0) + log1p(accurate_exp(-abs(x)));
}

fn normal_density(x: f32) -> f32 {
  return 0.39894228 * accurate_exp(-0.5 * x * x);
}

fn normal_cdf(x: f32) -> f32 {
  let u = min(abs(x) * 0.70710678, 10.0);
  let t = 1.0 / (1.0 + 0.4 * u);
  let p = t * (0.22570367 + t * (0.22501529 + t * (0.21439061 + t * (0.13215709 + t * (0.26487181 + t * (-0.27091914 + t * (0.53122149 + t * (-0.48662431 + t * (0.19281994 + t * -0.028636439)))))))));
  let tail = 0.5 * accurate_exp(-u * u) * p;
  return select(1.0 - tail, tail, x < 0.0);
}

fn activate_one(z: f32) -> f32 {
  return accurate_tanh(z);
}
fn slope_one(y: f32) -> f32 {
  return 1.0 - y * y;
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
  let inside_x0 = left + 0u < sizes.width; let at0 = (left + 0u) * channels;
  let inside_x1 = left + 1u < sizes.width; let at1 = (left + 1u) * channels;
  let inside_x2 = left + 2u < sizes.width; let at2 = (left + 2u) * channels;
  let inside_x3 = left + 3u < sizes.width; let at3 = (left + 3u) * channels;
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

    let x0_0 = select(vec4f(), x[select(0u, line0 + at0 + c4, inside_y0 & inside_x0)], inside_y0 & inside_x0);
  let x0_1 = select(vec4f(), x[select(0u, line0 + at1 + c4, inside_y0 & inside_x1)], inside_y0 & inside_x1);
  let x0_2 = select(vec4f(), x[select(0u, line0 + at2 + c4, inside_y0 & inside_x2)], inside_y0 & inside_x2);
  let x0_3 = select(vec4f(), x[select(0u, line0 + at3 + c4, inside_y0 & inside_x3)], inside_y0 & inside_x3);
    sum0 += dot(x0_0, w0);
  sum1 += dot(x0_1, w0);
  sum2 += dot(x0_2, w0);
  sum3 += dot(x0_3, w0);

    let x1_0 = select(vec4f(), x[select(0u, line1 + at0 + c4, inside_y1 & inside_x0)], inside_y1 & inside_x0);
  let x1_1 = select(vec4f(), x[select(0u, line1 + at1 + c4, inside_y1 & inside_x1)], inside_y1 & inside_x1);
  let x1_2 = select(vec4f(), x[select(0u, line1 + at2 + c4, inside_y1 & inside_x2)], inside_y1 & inside_x2);
  let x1_3 = select(vec4f(), x[select(0u, line1 + at3 + c4, inside_y1 & inside_x3)], inside_y1 & inside_x3);

  sum4 += dot(x1_0, w0);
  sum5 += dot(x1_1, w0);
  sum6 += dot(x1_2, w0);
  sum7 += dot(x1_3, w0);

    let x2_0 = select(vec4f(), x[select(0u, line2 + at0 + c4, inside_y2 & inside_x0)], inside_y2 & inside_x0);
  let x2_1 = select(vec4f(), x[select(0u, line2 + at1 + c4, inside_y2 & inside_x1)], inside_y2 & inside_x1);
  let x2_2 = select(vec4f(), x[select(0u, line2 + at2 + c4, inside_y2 & inside_x2)], inside_y2 & inside_x2);
  let x2_3 = select(vec4f(), x[select(0u, line2 + at3 + c4, inside_y2 & inside_x3)], inside_y2 & inside_x3);

  sum8 += dot(x2_0, w0);
  sum9 += dot(x2_1, w0);
  sum10 += dot(x2_2, w0);
  sum11 += dot(x2_3, w0);

    let x3_0 = select(vec4f(), x[select(0u, line3 + at0 + c4, inside_y3 & inside_x0)], inside_y3 & inside_x0);
  let x3_1 = select(vec4f(), x[select(0u, line3 + at1 + c4, inside_y3 & inside_x1)], inside_y3 & inside_x1);
  let x3_2 = select(vec4f(), x[select(0u, line3 + at2 + c4, inside_y3 & inside_x2)], inside_y3 & inside_x2);
  let x3_3 = select(vec4f(), x[select(0u, line3 + at3 + c4, inside_y3 & inside_x3)], inside_y3 & inside_x3);

  sum12 += dot(x3_0, w0);
  sum13 += dot(x3_1, w0);
  sum14 += dot(x3_2, w0);
  sum15 += dot(x3_3, w0);
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
