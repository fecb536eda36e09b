// cell loss with gradient

@group(0) @binding(0) var<storage, read> y: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> info: array<Column>;
@group(0) @binding(3) var<storage, read> state: State;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
@group(0) @binding(5) var<uniform> sizes: Sizes;

@group(0) @binding(6) var<storage, read_write> dy: array<f32>;
override add_dy = false;

struct Sizes {
  rows: u32, columns: u32, outs: u32, strips: u32, mean: u32, gradient_factor: f32,
}

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

struct Column { categories: u32, first_in: u32, first_out: u32, size: u32 }
fn is_blank(cell: f32) -> bool {
  return cell > 1.7014118346046923e+38;
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

/** log(1 + u) for any u ≥ 0. */
fn log_beyond_one(u: f32) -> f32 {
  if (u <= 1.0) { return log1p(u); }
  let bits = bitcast<u32>(1.0 + u);
  let mantissa = bitcast<f32>((bits & 0x7fffffu) | 0x3f800000u);
  return f32(i32(bits >> 23u) - 127) * 0.69314718 + log1p(mantissa - 1.0);
}

fn y_at(i: u32) -> f32 {
  return bitcast<f32>(y[i]);
}

fn write(i: u32, d: f32) {
  dy[i] = select(d, d + dy[i], add_dy);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let columns = sizes.columns;
  let outs = sizes.outs;
  let strips = sizes.strips;
  if (t >= sizes.rows * strips) { return; }
  let row = t / strips;
  let real = row < batch_rows();
  var factor = 1.0;
  if (sizes.mean != 0u) {
    var cells = 0u;
    for (var c = 0u; c < columns; c++) { cells += u32(!is_blank(x[row * columns + c])); }
    factor = 1.0 / f32(max(cells, 1u));
  }

  let weight = select(0.0, factor * sizes.gradient_factor / f32(batch_rows()), real);

  var sum = 0.0;
  for (var c = t - row * strips; c < columns; c += strips) {
    let column = info[c];
    let first = row * outs + column.first_out;
    let cell = x[row * columns + c];
    if (is_blank(cell)) {

      for (var k = 0u; k < column.size; k++) { write(first + k, 0.0); }

      continue;
    }
    var l = 0.0;
    if (column.categories == 0u) {
      let d = y_at(first) - cell;
      l = 0.5 * d * d;

      write(first, weight * d);

    } else {
      let category = min(u32(max(cell, 0.0)), column.size - 1u);
      var largest = y_at(first);
      var best = 0u;
      // A value that is not finite is written to the loss unchanged, as the functions below would hide it.
      var bad = 0u;
      for (var k = 0u; k < column.size; k++) {
        let bits = y[first + k];
        let v = bitcast<f32>(bits);
        if ((bits & 0x7f800000u) == 0x7f800000u) { bad = bits; }
        if (v > largest) {
          largest = v;
          best = k;
        }
      }
      var rest = 0.0;
      for (var k = 0u; k < column.size; k++) {
        if (k != best) { rest += accurate_exp(y_at(first + k) - largest); }
      }
      l = (largest - y_at(first + category)) + log_beyond_one(rest);
      if (bad != 0u) { l = bitcast<f32>(bad); }

      for (var k = 0u; k < column.size; k++) {
        let e = accurate_exp(y_at(first + k) - largest);
        // For the category itself, the sum over all others: 1 − p would lose digits.
        let others = select(1.0 + rest - e, rest, k == best);
        write(first + k, weight * select(e, -others, k == category) / (1.0 + rest));
      }

    }

    sum += l;
  }
  sums[t] = select(0.0, factor * sum, real);
}
