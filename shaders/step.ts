import { groupSize } from './grid.ts';
import { advance, batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** vec4s of the gradients that one invocation looks at. */
export const watchStrip = 16;

/**
 * losses[slot] = Σ sums / batch_rows, and bad = the first place whose value is not finite
 *
 * The first workgroup adds up the losses; the others look through the gradients, before the optimizer touches a weight. Finiteness is
 * read off the exponent's bits: a compiler may take it for granted that nothing is NaN.
 */
export const accountShader = (gradients: boolean) =>
  shader<'sums' | 'state' | 'losses', 'gradients'>(
    gradients ? 'account' : 'account without gradients',
    wgsl`
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: State;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
#if ${gradients}
@group(0) @binding(3) var<storage, read> gradients: array<vec4u>;
override quads: u32;
#endif
override count: u32;
var<workgroup> part: array<f32, ${groupSize}>;
${state(true)}
${batchRows}

fn is_bad(bits: u32) -> bool {
  return (bits & 0x7f800000u) == 0x7f800000u;
}

fn add_losses(local: u32) {
  var sum = 0.0;
  for (var i = local; i < count; i += ${groupSize}u) { sum += sums[i]; }
  part[local] = sum;
  workgroupBarrier();
  for (var half = ${groupSize / 2}u; half > 0u; half /= 2u) {
    if (local < half) { part[local] += part[local + half]; }
    workgroupBarrier();
  }
  if (local == 0u) {
    let loss = part[0] / f32(batch_rows());
    losses[state.slot] = loss;
    state.t = state.step + 1u - state.origin;
    if (is_bad(bitcast<u32>(loss))) { atomicMin(&state.bad, 0u); }
  }
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let block = group.y * groups.x + group.x;
  if (block == 0u) { add_losses(local); }
#if ${gradients}
  if (block > 0u) {
    let first = (block - 1u) * ${groupSize * watchStrip}u + local;
    for (var i = 0u; i < ${watchStrip}u; i++) {
      let at = first + i * ${groupSize}u;
      if (at >= quads) { return; }
      let bits = gradients[at];
      for (var c = 0u; c < 4u; c++) {
        if (is_bad(bits[c])) { atomicMin(&state.bad, 1u + 4u * at + c); }
      }
    }
  }
#endif
}
`,
  );

/** Ends a step that has no optimizer to do it. */
export const advanceShader = () =>
  shader<'state'>(
    'advance',
    wgsl`
@group(0) @binding(0) var<storage, read_write> state: State;
${state()}
${advance}
@compute @workgroup_size(1)
fn main() {
  advance();
}
`,
  );
