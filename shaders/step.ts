import { addUp, groupSize } from './grid.ts';
import { advance, batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** vec4s of the gradients that one invocation checks. */
export const watchStrip = 16;

export interface AccountVariant {
  /** Terms of the loss, 1 to 3. */
  readonly terms: number;
  /** Also checks the gradients and sets the rate for the optimizer. */
  readonly gradients: boolean;
  /** Also adds up the squares of the gradients. */
  readonly squares: boolean;
  /** One invocation adds up the losses, because barriers are slow on CPUs. Not with `squares`, which needs barriers anyway. */
  readonly alone: boolean;
}

/** The names under which terms are bound. With the other bindings they use the 8 storage buffers that every device supports. */
export const termNames = ['sums0', 'sums1', 'sums2'] as const;

/** Chunk `total<n>(local)`: Σ sums_n, in an order that depends only on its length. Only the first invocation's result is valid. */
const total = (n: number, alone: boolean): string => wgsl`
fn total${n}(local: u32) -> f32 {
  let count = sizes.count${n};
  var four = vec4f();
#if ${alone}
  let whole = count / 4u * 4u;
  for (var i = 0u; i < whole; i += 4u) {
    four += vec4f(sums${n}[i], sums${n}[i + 1u], sums${n}[i + 2u], sums${n}[i + 3u]);
  }
  for (var i = whole; i < count; i++) { four[i % 4u] += sums${n}[i]; }
  return (four.x + four.y) + (four.z + four.w);
#else
  // Four loads at once, because a load on a GPU takes as long as dozens of additions.
  var i = local;
  for (; i + ${3 * groupSize}u < count; i += ${4 * groupSize}u) {
    four += vec4f(sums${n}[i], sums${n}[i + ${groupSize}u], sums${n}[i + ${2 * groupSize}u], sums${n}[i + ${3 * groupSize}u]);
  }
  for (; i < count; i += ${groupSize}u) { four.x += sums${n}[i]; }
  return add_up((four.x + four.y) + (four.z + four.w), local);
#endif
}
`;

/**
 * losses[slot, first_column + n] = Σ sums_n / batch_rows, and bad = the smallest index of a value that is not finite or of a gradient that is too large: 0 for the losses, 1 + n for gradient n
 *
 * The first workgroup adds up the losses. The others check the gradients before the optimizer changes a weight, and add up squares[block] = Σ g².
 * Whether a value is finite is read from the bits of its exponent in memory: a compiler may assume that computed values are never NaN and remove
 * the test, but a value stored by an atomic must be loaded.
 */
export function accountShader({ terms, gradients, squares, alone }: AccountVariant) {
  const used = termNames.slice(0, terms);
  return shader<'state' | 'losses' | 'sums0', 'sums1' | 'sums2' | 'timetable' | 'gradients' | 'squares'>(
    gradients ? 'account' : 'account without gradients',
    wgsl`
@group(0) @binding(0) var<storage, read_write> state: State;
@group(0) @binding(1) var<storage, read_write> losses: array<atomic<u32>>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { width: u32, first_column: u32, quads: u32, ${used.map((_, n) => `count${n}: u32`).join(', ')} }
${used.map((name, n) => `@group(0) @binding(${3 + n}) var<storage, read> ${name}: array<f32>;`).join('\n')}
#if ${gradients}
@group(0) @binding(${3 + terms}) var<storage, read> timetable: array<vec2f>;
@group(0) @binding(${4 + terms}) var<storage, read> gradients: array<vec4u>;
#endif
#if ${squares}
@group(0) @binding(${5 + terms}) var<storage, read_write> squares: array<f32>;
#endif
#if ${!alone}
${addUp}
#endif
${used.map((_, n) => total(n, alone)).join('')}
${state(true)}
${batchRows}

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
${used
  .map(
    (_, n) => `  let sum${n} = total${n}(local);
  if (local == 0u) {
    let place = state.slot * sizes.width + sizes.first_column + ${n}u;
    atomicStore(&losses[place], bitcast<u32>(sum${n} / f32(batch_rows())));
    if ((atomicLoad(&losses[place]) & exponent) == exponent) { found(0u); }
  }`,
  )
  .join('\n')}
#if ${gradients}
  if (local == 0u) {
    state.t = state.step + 1u - u32(timetable[state.slot].y);
    state.rate = timetable[state.slot].x;
    state.scale = 1.0;
  }
#endif
}

@compute @workgroup_size(${groupSize})
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let block = group.y * groups.x + group.x;
  if (block == 0u${alone ? ' && local == 0u' : ''}) { add_losses(local); }
#if ${gradients}
  if (block > 0u) {
    let first = (block - 1u) * ${groupSize * watchStrip}u + local;
    var sum = vec4f();
    for (var i = 0u; i < ${watchStrip}u; i++) {
      let at = first + i * ${groupSize}u;
      if (at >= sizes.quads) { break; }
      let bits = gradients[at];
      let worst = max(max(bits.x & exponent, bits.y & exponent), max(bits.z & exponent, bits.w & exponent));
      if (worst >= limit) { tell(bits, at); }
#if ${squares}
      let g = bitcast<vec4f>(bits);
      sum += g * g;
#endif
    }
#if ${squares}
    let total = add_up((sum.x + sum.y) + (sum.z + sum.w), local);
    if (local == 0u && block <= arrayLength(&squares)) { squares[block - 1u] = total; }
#endif
  }
#endif
}
`,
  );
}

/** scale = min(1, most / (√Σ squares + 1e-6)), PyTorch's rule of clipping by the norm of all gradients together (Pascanu et al. 2013) */
export const clipShader = () =>
  shader<'squares' | 'state'>(
    'clip',
    wgsl`
@group(0) @binding(0) var<storage, read> squares: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: State;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { count: u32, most: f32 }
${addUp}
${state()}
@compute @workgroup_size(${groupSize})
fn main(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var i = local; i < sizes.count; i += ${groupSize}u) { sum += squares[i]; }
  let total = add_up(sum, local);
  if (local == 0u) { state.scale = min(1.0, sizes.most / (sqrt(total) + 1e-6)); }
}
`,
  );

/** Moves the state to the next batch, for steps without an optimizer. */
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
