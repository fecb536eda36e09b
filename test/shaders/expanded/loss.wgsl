// bce with gradient

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, strips: u32, factor: f32, gradient_factor: f32 }

@group(0) @binding(4) var<storage, read> x: array<f32>;

@group(0) @binding(5) var<storage, read_write> dy: array<f32>;
override add_dy = false;

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

/** log(1 + e^y) = max(y, 0) + log(1 + e^−|y|): neither overflows nor loses digits. */
fn logistic(y: f32, x: f32) -> vec3f {
  let e = accurate_exp(-abs(y));
  return vec3f(max(y, 0.0) - x * y + log1p(e), select(e, 1.0, y >= 0.0) / (1.0 + e) - x, -y);
}

fn term(y: f32, x: f32) -> vec3f {

  return logistic(y, x);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let strips = sizes.strips;
  if (t >= sizes.rows * strips) { return; }
  let row = t / strips;

  let width = sizes.columns;

  let example = row;

  let real = example < batch_rows();

  let weight = select(0.0, sizes.gradient_factor / f32(batch_rows()), real);

  var sum = 0.0;
  for (var c = t % strips; c < width; c += strips) {
    let at = row * width + c;
    let p = y[at];

    let q = x[example * width + c];

    let l = term(p, q);
    sum += l[0];

    var d = weight * l[1];

    if (add_dy) { d += dy[at]; }
    dy[at] = d;

  }
  sums[t] = select(0.0, sizes.factor * sum, real);
}
