// normalize batch backward

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> sums: array<vec2f>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read> state: State;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<uniform> sizes: Sizes;
struct Sizes { lines: u32, places: u32, channels: u32 }
override add_dx = false;

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

fn real_lines() -> u32 {
  return batch_rows() * (sizes.lines / sizes.places / state.batch) * sizes.places;
}

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  let channels = sizes.channels;
  if (i >= sizes.lines * channels) { return; }
  let line = i / channels;
  let c = i - line * channels;
  let real = real_lines();
  let known = stats[c];
  let hat = ((x[i] - x[c]) - known.x) * known.y;
  let means = sums[c] / f32(real);
  var v = select(0.0, weight[c] * known.y * (dy[i] - means.x - hat * means.y), line < real);
  if (add_dx) { v += dx[i]; }
  dx[i] = v;
}
