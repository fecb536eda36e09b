import { addUp, grid, groupSize, inTurn } from './grid.ts';
import { philox } from './philox.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** Invocations of the workgroup that counts the dead latents. */
const countGroup = 256;

export interface IdleVariant {
  /** In a training step, updates the counts unless a step has gone bad. If false, only writes which latents are dead. */
  readonly counts: boolean;
  /** Writes the previous counts to `kept`. */
  readonly keeps: boolean;
}

/**
 * idle[j] = 0 if y[r,j] ≠ 0 in a real row r, else min(idle[j] + real rows, most); dead[j] = 1 if idle[j] ≥ after, else 0
 *
 * Whether a value is 0 is read from its bits, because comparisons with NaN are unreliable.
 */
export const idleShader = ({ counts, keeps }: IdleVariant) =>
  shader<'idle' | 'dead', 'y' | 'state' | 'kept'>(
    'dead latents',
    wgsl`
#if ${counts}
@group(0) @binding(0) var<storage, read_write> idle: array<f32>;
#else
@group(0) @binding(0) var<storage, read> idle: array<f32>;
#endif
@group(0) @binding(1) var<storage, read_write> dead: array<u32>;
#if ${counts}
@group(0) @binding(2) var<storage, read> y: array<u32>;
@group(0) @binding(3) var<storage, read> state: State;
override rows: u32;
override most: f32;
#endif
#if ${keeps}
@group(0) @binding(4) var<storage, read_write> kept: array<f32>;
#endif
override columns: u32;
override after: f32;
${grid}
#if ${counts}
${state()}
${batchRows}
#endif
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let j = invocation(id, groups);
  if (j >= columns) { return; }
  var count = idle[j];
#if ${counts}
  if (state.bad == 0xffffffffu) {
#if ${keeps}
    kept[j] = count;
#endif
    let real = min(rows, batch_rows());
    var sum = 0u;
    ${inTurn('j', 'real * columns', 'columns', (at) => `u32((y[${at}] & 0x7fffffffu) != 0u)`)}
    count = select(min(count + f32(real), most), 0.0, sum > 0u);
    idle[j] = count;
  }
#endif
  dead[j] = u32(count >= after);
}
`,
  );

/** total[0] = real rows · Σ_j dead[j]. Reports divide all sums by the rows of the batch, which gives the number of dead latents. */
export const deadCount = () =>
  shader<'dead' | 'state' | 'total'>(
    'number of dead latents',
    wgsl`
@group(0) @binding(0) var<storage, read> dead: array<u32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;
override columns: u32;
${state()}
${batchRows}
var<workgroup> part: array<u32, ${countGroup}>;
@compute @workgroup_size(${countGroup})
fn main(@builtin(local_invocation_index) local: u32) {
  var sum = 0u;
  for (var j = local; j < columns; j += ${countGroup}u) { sum += dead[j]; }
  part[local] = sum;
  workgroupBarrier();
  for (var half = ${countGroup / 2}u; half > 0u; half /= 2u) {
    if (local < half) { part[local] += part[local + half]; }
    workgroupBarrier();
  }
  if (local == 0u) { total[0] = f32(part[0]) * f32(batch_rows()); }
}
`,
  );

/** e = x − y if any latent is dead, else 0, as no latent is left to explain the error */
export const residualShader = () =>
  shader<'x' | 'y' | 'total' | 'e'>(
    'residual',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> total: array<f32>;
@group(0) @binding(3) var<storage, read_write> e: array<f32>;
override size: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= size) { return; }
  e[i] = select(0.0, x[i] - y[i], total[0] > 0.0);
}
`,
  );

export interface ResampleVariant {
  /** Whether the layer that computes the latents has a bias. */
  readonly encoderBias: boolean;
  /** Whether the layer that reconstructs examples has a bias. */
  readonly decoderBias: boolean;
}

/**
 * For latents j with idle[j] ≥ limit, with e the error of an example's reconstruction and b the decoder's bias:
 *
 * decoder[:,j] = e / ‖e‖,  encoder[j,:] = e / ‖e‖,  encoder_bias[j] = −b · e / ‖e‖,  idle[j] = 0
 *
 * A workgroup processes row r of the batch and latent j = r · apart + offset, with apart = ⌈latents / real rows⌉ and a random offset below it, so that
 * no two latents take the same row. Nothing changes where e is 0, or if a step has gone bad.
 */
export function resampleShader({ encoderBias, decoderBias }: ResampleVariant) {
  const centred = encoderBias && decoderBias;
  return shader<'state' | 'e' | 'idle' | 'encoder' | 'decoder', 'encoder_bias' | 'decoder_bias'>(
    'resample latents',
    wgsl`
@group(0) @binding(0) var<storage, read> state: State;
@group(0) @binding(1) var<storage, read> e: array<f32>;
@group(0) @binding(2) var<storage, read_write> idle: array<f32>;
@group(0) @binding(3) var<storage, read_write> encoder: array<f32>;
@group(0) @binding(4) var<storage, read_write> decoder: array<f32>;
#if ${encoderBias}
@group(0) @binding(5) var<storage, read_write> encoder_bias: array<f32>;
#endif
#if ${centred}
// It is only read, but all weights are in one buffer, which has one access in a dispatch.
@group(0) @binding(6) var<storage, read_write> decoder_bias: array<f32>;
#endif
override latents: u32;
override features: u32;
override limit: f32;
override which: u32;
override stream: u32;
${state()}
${batchRows}
${philox}
${addUp}
@compute @workgroup_size(${groupSize})
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = group.y * groups.x + group.x;
  let real = batch_rows();
  if (state.bad != 0xffffffffu) { return; }
  // Rows past the real ones have numbers past the last latent.
  let apart = (latents + real - 1u) / real;
  let offset = philox(vec4u(0u, 0u, state.step, which), vec2u(state.seed, stream)).x % apart;
  let j = row * apart + offset;
  if (j >= latents) { return; }
  let due = idle[j] >= limit;
  storageBarrier();
  var square = 0.0;
#if ${centred}
  var along = 0.0;
#endif
  for (var c = local; c < features; c += ${groupSize}u) {
    let v = e[row * features + c];
    square += v * v;
#if ${centred}
    along += v * decoder_bias[c];
#endif
  }
  let norm = sqrt(add_up(square, local));
#if ${centred}
  along = add_up(along, local);
#endif
  if (!due || norm == 0.0) { return; }
  for (var c = local; c < features; c += ${groupSize}u) {
    let v = e[row * features + c] / norm;
    encoder[j * features + c] = v;
    decoder[c * latents + j] = v;
  }
  if (local == 0u) {
    idle[j] = 0.0;
#if ${encoderBias}
    encoder_bias[j] = ${centred ? '-along / norm' : '0.0'};
#endif
  }
}
`,
  );
}
