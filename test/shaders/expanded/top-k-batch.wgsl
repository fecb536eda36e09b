// top k of a batch, digits

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> partials: array<u32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { size: u32, columns: u32, parts: u32, shift: u32 }

@group(0) @binding(4) var<storage, read> before: array<vec4u>;

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

fn key_of(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0xffffffffu; }
  if (magnitude == 0u) { return 0x80000000u; }
  return bits ^ select(0x80000000u, 0xffffffffu, bits != magnitude);
}

var<workgroup> bins: array<atomic<u32>, 256>;
var<private> run_bin: u32;
var<private> run_length: u32;
fn count_in(bin: u32) {
  if (bin != run_bin) {
    end_run();
    run_bin = bin;
  }
  run_length++;
}
fn end_run() {
  if (run_length > 0u) { atomicAdd(&bins[run_bin], run_length); }
  run_length = 0u;
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  atomicStore(&bins[local], 0u);
  workgroupBarrier();

  let known = before[0];

  let shift = sizes.shift;
  let end = min(sizes.size, batch_rows() * sizes.columns);
  for (var i = group.x * 256u + local; i < end; i += sizes.parts * 256u) {
    let key = key_of(x[i]);

    if ((key >> shift) >> 8u == known.x) { count_in((key >> shift) & 255u); }

  }
  end_run();
  workgroupBarrier();
  partials[group.x * 256u + local] = atomicLoad(&bins[local]);
}
