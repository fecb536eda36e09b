// weight decay

@group(0) @binding(0) var<storage, read> w: array<vec4f>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;

@group(0) @binding(4) var<storage, read_write> dw: array<vec4f>;
override add_dw = false;

struct Sizes { size: u32, quads: u32, strips: u32, first: u32, factor: f32, gradient_factor: f32 }

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

fn within(v: vec4f, quad: u32, size: u32) -> vec4f {
  return select(vec4f(), v, 4u * quad + vec4u(0u, 1u, 2u, 3u) < vec4u(size));
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

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let size = sizes.size;
  let quads = sizes.quads;
  let strips = sizes.strips;
  if (t >= strips) { return; }

  let gradient_factor = sizes.gradient_factor;

  var sum = vec4f();
  for (var i = t; i < quads; i += strips) {
    let v = within(w[i], i, size);
    sum += v * v;

    var d = gradient_factor * v;
    if (add_dw) { d += dw[i]; }
    dw[i] = d;

  }
  sums[sizes.first + t] = 0.5 * sizes.factor * f32(batch_rows()) * ((sum.x + sum.y) + (sum.z + sum.w));
}
