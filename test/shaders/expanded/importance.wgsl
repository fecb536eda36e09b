// importance-weighted bound

@group(0) @binding(0) var<storage, read> losses: array<f32>;
@group(0) @binding(1) var<storage, read> ratio: array<f32>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> bound: array<f32>;
@group(0) @binding(4) var<storage, read_write> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> reconstruction: array<f32>;
@group(0) @binding(6) var<storage, read_write> kl: array<f32>;
@group(0) @binding(7) var<uniform> sizes: Sizes;

/** A sample's loss is in `strips` partial sums. */
struct Sizes { rows: u32, strips: u32 }
/** A constant, because compilers round the division by a constant differently from other divisions. */
override samples: u32;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

struct State {
  /** Completed optimizer steps over the life of the model. */
  step: u32,
  epoch: u32,
  /** Examples of this epoch already processed. */
  position: u32,
  /** Examples in an epoch. */
  examples: u32,
  batch: u32,
  /** The slot for the losses of the next step. */
  slot: u32,
  seed: u32,
  /** The optimizer's current step, from 1 on, set when its losses are added up. */
  t: u32,
  /** The smallest index of a bad value: 0 for a loss that is not finite, 1 + n for the n-th gradient of the phase if it is not finite or at least 2⁶⁰; all ones if no value is bad. */

  bad: u32,

  /** The step's learning rate, followed by the factor that clips the gradients' norm. Both are set when the losses are added up. */
  rate: f32,
  scale: f32,
  /** The phase of a step in which a bad value was found, or all ones. */
  halted: u32,
}

fn batch_rows() -> u32 {
  return min(state.batch, state.examples - state.position);
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

/** The high and low word of a 64-bit product, as WGSL has no 64-bit integers. */
fn multiply_wide(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return vec2u((a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u), a * b);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let p = multiply_wide(0xd2511f53u, c.x);
    let q = multiply_wide(0xcd9e8d57u, c.z);
    c = vec4u(q.x ^ c.y ^ k.x, q.y, p.x ^ c.w ^ k.y, p.y);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

fn uniforms(words: vec4u) -> vec4f {
  return vec4f(words >> vec4u(8u)) * 5.9604645e-8;
}

/** ln u for u in (0, 1]: u = m 2ᵉ with m between √½ and √2, ln m = 2 artanh((m − 1) / (m + 1)). */
fn log_of_unit(u: f32) -> f32 {
  let bits = bitcast<u32>(u) + 0x004afb0du;
  let e = f32(bits >> 23u) - 127.0;
  let m = bitcast<f32>((bits & 0x007fffffu) + 0x3f3504f3u);
  let s = (m - 1.0) / (m + 1.0);
  let q = s * s;
  return e * 0.69314718 + 2.0 * s * (1.0 + q * (0.33333333 + q * (0.2 + q * (0.14285714 + q * 0.11111111))));
}

/** cos 2πv and sin 2πv, by Taylor series within an eighth of the circle around each quarter. */
fn on_circle(v: f32) -> vec2f {
  let quarter = floor(4.0 * v + 0.5);
  let a = (4.0 * v - quarter) * 1.5707963;
  let q = a * a;
  let c = 1.0 + q * (-0.5 + q * (0.041666667 + q * (-0.0013888889 + q * (2.4801587e-5 - q * 2.7557319e-7))));
  let s = a * (1.0 + q * (-0.16666667 + q * (0.0083333333 + q * (-1.9841270e-4 + q * 2.7557319e-6))));
  let turned = select(vec2f(c, s), vec2f(-s, c), (u32(quarter) & 1u) == 1u);
  return select(turned, -turned, (u32(quarter) & 2u) == 2u);
}

fn normals(words: vec4u) -> vec4f {
  let u = uniforms(words);
  // Half a step larger, because ln 0 is not finite.
  let r = vec2f(sqrt(max(0.0, -2.0 * log_of_unit(u.x + 2.9802322e-8))), sqrt(max(0.0, -2.0 * log_of_unit(u.z + 2.9802322e-8))));
  return vec4f(r.x * on_circle(u.y), r.y * on_circle(u.w));
}

fn loss_of(row: u32) -> f32 {
  let strips = sizes.strips;
  var sum = 0.0;
  for (var strip = 0u; strip < strips; strip++) { sum += losses[row * strips + strip]; }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation(id, groups);
  if (row >= sizes.rows) { return; }
  let first = row * samples;
  var most = -3.4028234e38;
  var total = 0.0;
  var divergence = 0.0;
  for (var j = first; j < first + samples; j++) {
    let loss = loss_of(j);
    let a = ratio[j] - loss;
    weights[j] = a;
    most = max(most, a);
    total += loss;
    divergence -= ratio[j];
  }
  var sum = 0.0;
  for (var j = first; j < first + samples; j++) {
    let e = accurate_exp(weights[j] - most);
    weights[j] = e;
    sum += e;
  }
  let real = row < batch_rows();
  for (var j = first; j < first + samples; j++) { weights[j] = select(0.0, weights[j] / sum, real); }
  let k = f32(samples);
  let finite = (bitcast<u32>(total) & 0x7f800000u) != 0x7f800000u;
  bound[row] = select(0.0, select(total, -most - log_of_unit(sum / k), finite), real);
  reconstruction[row] = select(0.0, total / k, real);
  kl[row] = select(0.0, divergence / k, real);
}
