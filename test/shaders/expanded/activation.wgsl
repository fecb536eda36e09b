// gelu forward

@group(0) @binding(0) var<storage, read> z: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { quads: u32 }

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

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
  return z * normal_cdf(z);
}
fn slope_one(z: f32) -> f32 {
  return normal_cdf(z) + z * normal_density(z);
}
fn activate(z: vec4f) -> vec4f {
  return vec4f(activate_one(z.x), activate_one(z.y), activate_one(z.z), activate_one(z.w));
}
fn slope(s: vec4f) -> vec4f {
  return vec4f(slope_one(s.x), slope_one(s.y), slope_one(s.z), slope_one(s.w));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.quads) { return; }
  y[i] = activate(z[i]);
}
