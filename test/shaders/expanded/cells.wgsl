// hide cells

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, threshold: u32, which: u32 }

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

override stream: u32;
fn draw(quad: u32, row: u32) -> vec4u {
  return philox(vec4u(quad, state.position + row, state.step, sizes.which), vec2u(state.seed, stream));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let columns = sizes.columns;
  let threshold = sizes.threshold;
  let width = (columns + 1u) / 2u;
  if (t >= sizes.rows * width) { return; }
  let row = t / width;
  let pair = t - row * width;
  let words = draw(pair, row);
  for (var n = 0u; n < 2u; n++) {
    let c = 2u * pair + n;
    if (c >= columns) { return; }
    let i = row * columns + c;
    // Two words for each cell: the first decides whether it changes, the second chooses the row.
    let chosen = words[2u * n] < threshold;

    y[i] = select(x[i], 2.5521177519070385e+38, chosen);

  }
}
