import { grid, groupSize, inTurn } from './grid.ts';
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
