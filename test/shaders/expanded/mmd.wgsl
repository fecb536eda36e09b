// mmd imq with gradient

@group(0) @binding(0) var<storage, read> z: array<f32>;
@group(0) @binding(1) var<storage, read> p: array<f32>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> pairs: array<f32>;

@group(0) @binding(4) var<storage, read_write> near: array<f32>;
@group(0) @binding(5) var<storage, read_write> far: array<f32>;
override coefficient: f32;

override rows: u32;
override columns: u32;
override width: f32;

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

fn k_and_slope(q: f32) -> vec2f {
  var sum = vec2f();
  { let c = 0.1 * width; let k = c / (c + q); sum += vec2f(k, -k / (c + q)); }
  { let c = 0.2 * width; let k = c / (c + q); sum += vec2f(k, -k / (c + q)); }
  { let c = 0.5 * width; let k = c / (c + q); sum += vec2f(k, -k / (c + q)); }
  { let c = 1.0 * width; let k = c / (c + q); sum += vec2f(k, -k / (c + q)); }
  { let c = 2.0 * width; let k = c / (c + q); sum += vec2f(k, -k / (c + q)); }
  { let c = 5.0 * width; let k = c / (c + q); sum += vec2f(k, -k / (c + q)); }
  { let c = 10.0 * width; let k = c / (c + q); sum += vec2f(k, -k / (c + q)); }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= rows * rows) { return; }
  let i = t / rows;
  let j = t % rows;
  let n = batch_rows();
  // Squared distances of z_i and z_j, of p_i and p_j, and of z_i and p_j.
  var q = vec3f();
  for (var c = 0u; c < columns; c++) {
    let zi = z[i * columns + c];
    let pj = p[j * columns + c];
    let off = vec3f(zi - z[j * columns + c], p[i * columns + c] - pj, zi - pj);
    q += off * off;
  }
  let zz = k_and_slope(q.x);
  let pp = k_and_slope(q.y);
  let zp = k_and_slope(q.z);
  let real = i < n && j < n;
  let others = select(0.0, 1.0 / max(1.0, f32(n) - 1.0), real && i != j);
  let all = select(0.0, 1.0 / f32(n), real && n > 1u);
  pairs[t] = others * (zz.x + pp.x) - 2.0 * all * zp.x;

  let share = 4.0 * coefficient / f32(n);
  near[t] = share * others * zz.y;
  far[t] = -share * all * zp.y;

}
