// account

@group(0) @binding(0) var<storage, read_write> state: State;
@group(0) @binding(1) var<storage, read_write> losses: array<atomic<u32>>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { width: u32, first_column: u32, quads: u32, count0: u32 }
@group(0) @binding(3) var<storage, read> sums0: array<f32>;

@group(0) @binding(4) var<storage, read> timetable: array<vec2f>;
@group(0) @binding(5) var<storage, read> gradients: array<vec4u>;

var<workgroup> part: array<f32, 64>;
fn add_up(value: f32, local: u32) -> f32 {
  part[local] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) { part[local] += part[local + half]; }
    workgroupBarrier();
  }
  let sum = part[0];
  workgroupBarrier();
  return sum;
}

fn total0(local: u32) -> f32 {
  let count = sizes.count0;
  var four = vec4f();

  // Four loads at once, because a load on a GPU takes as long as dozens of additions.
  var i = local;
  for (; i + 192u < count; i += 256u) {
    four += vec4f(sums0[i], sums0[i + 64u], sums0[i + 128u], sums0[i + 192u]);
  }
  for (; i < count; i += 64u) { four.x += sums0[i]; }
  return add_up((four.x + four.y) + (four.z + four.w), local);

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

  bad: atomic<u32>,

  /** The step's learning rate, followed by the factor that clips the gradients' norm. Both are set when the losses are added up. */
  rate: f32,
  scale: f32,
  /** The phase of a step in which a bad value was found, or all ones. */
  halted: u32,
}

fn batch_rows() -> u32 {
  return min(state.batch, state.examples - state.position);
}

/** The exponent's bits, all ones in values that are not finite. */
const exponent = 0x7f800000u;
/** The exponent of 2⁶⁰, from which gradients are bad: an infinite square, as in optimizers and norms, would stop its weight for ever, undetected. */
const limit = 0x5d800000u;

/** Records a bad value. Bad values in phases after the first bad one are only consequences. */
fn found(place: u32) {
  if (state.halted == 0xffffffffu) { atomicMin(&state.bad, place); }
}

fn tell(bits: vec4u, at: u32) {
  for (var c = 0u; c < 4u; c++) {
    if ((bits[c] & exponent) >= limit) { found(1u + 4u * at + c); }
  }
}

fn add_losses(local: u32) {
  let sum0 = total0(local);
  if (local == 0u) {
    let place = state.slot * sizes.width + sizes.first_column + 0u;
    atomicStore(&losses[place], bitcast<u32>(sum0 / f32(batch_rows())));
    if ((atomicLoad(&losses[place]) & exponent) == exponent) { found(0u); }
  }

  if (local == 0u) {
    state.t = state.step + 1u - u32(timetable[state.slot].y);
    state.rate = timetable[state.slot].x;
    state.scale = 1.0;
  }

}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let block = group.y * groups.x + group.x;
  if (block == 0u) { add_losses(local); }

  if (block > 0u) {
    let first = (block - 1u) * 1024u + local;
    var sum = vec4f();
    for (var i = 0u; i < 16u; i++) {
      let at = first + i * 64u;
      if (at >= sizes.quads) { break; }
      let bits = gradients[at];
      let worst = max(max(bits.x & exponent, bits.y & exponent), max(bits.z & exponent, bits.w & exponent));
      if (worst >= limit) { tell(bits, at); }

    }

  }

}
