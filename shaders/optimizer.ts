import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { advance, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** The update rules that `optimize` can take. */
export type OptimizerKind = 'sgd' | 'momentum' | 'nesterov' | 'adam' | 'adamw' | 'adagrad';

/** The members of `Settings`, in order. Each rule uses some of them. */
export const settingNames = ['beta1', 'beta2', 'rest1', 'rest2', 'logBeta1', 'logBeta2', 'epsilon', 'decay'] as const;

/** vec4s that one invocation updates, so that their common factors are computed less often. */
export const optimizerStrip = 4;

/** The number of moments that an optimizer keeps for each weight. */
export const momentCount = (kind: OptimizerKind): number =>
  ({ sgd: 0, momentum: 1, nesterov: 1, adagrad: 1, adam: 2, adamw: 2 })[kind];

/**
 * One step for all weights at once, g the gradient:
 *
 * sgd       w −= η g
 * momentum  v = μ v + g,  w −= η v                 (nesterov: w −= η (g + μ v); Sutskever et al. 2013, as PyTorch has it)
 * adagrad   s += g²,  w −= η g / (√s + ε)          (Duchi et al. 2011)
 * adam      m = β₁ m + (1 − β₁) g,  v = β₂ v + (1 − β₂) g²,  w −= η m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)   (Kingma & Ba 2015)
 * adamw     w −= η λ w first, then as adam         (Loshchilov & Hutter 2019)
 *
 * The state has the rate η and the factor by which g is clipped. 1 − βᵗ is computed as −expm1(t ln β), because powers would lose half its digits
 * at t = 1. Once a step has gone bad, nothing is written.
 *
 * The last phase of a step also advances the state. An earlier phase copies the old values and moments to `before`, because a later phase may
 * still go bad.
 */
export function optimizerShader(kind: OptimizerKind, last: boolean) {
  const adam = kind === 'adam' || kind === 'adamw';
  const momentum = kind === 'momentum' || kind === 'nesterov';
  const moments = momentCount(kind);
  return shader<'values' | 'gradients' | 'settings' | 'state', 'moments' | 'before'>(
    last ? kind : `${kind} of an earlier phase`,
    wgsl`
@group(0) @binding(0) var<storage, read_write> values: array<vec4f>;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read> settings: Settings;
@group(0) @binding(3) var<storage, read_write> state: State;
@group(0) @binding(4) var<uniform> sizes: Sizes;
struct Sizes { quads: u32, phase: u32 }
#if ${moments > 0}
@group(0) @binding(5) var<storage, read_write> moments: array<vec4f>;
#endif
#if ${!last}
@group(0) @binding(${moments ? 6 : 5}) var<storage, read_write> before: array<vec4f>;
#endif
struct Settings { ${settingNames.map((name) => `${name}: f32`).join(', ')} }
${grid}
${state()}
#if ${last}
${advance}
#endif
#if ${adam}
${math}
#endif
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (state.bad != 0xffffffffu) {
    if (t == 0u && state.halted == 0xffffffffu) { state.halted = sizes.phase; }
    return;
  }
  let given = settings;
  let quads = sizes.quads;
  let scale = state.scale;
  let rate = state.rate;
#if ${adam}
  let own_step = f32(state.t);
  let m_scale = -expm1(own_step * given.logBeta1);
  let v_scale = -expm1(own_step * given.logBeta2);
#endif
  // Neighbouring invocations take neighbouring vec4s.
  let first = t / ${groupSize}u * ${groupSize * optimizerStrip}u + t % ${groupSize}u;
  for (var n = 0u; n < ${optimizerStrip}u; n++) {
    let i = first + n * ${groupSize}u;
    if (i >= quads) { break; }
    let g = scale * gradients[i];
    var w = values[i];
#if ${!last}
    before[i] = w;
#if ${moments > 0}
    for (var m = 0u; m < ${moments}u; m++) { before[(m + 1u) * quads + i] = moments[m * quads + i]; }
#endif
#endif
#if ${kind === 'sgd'}
    w -= rate * g;
#elif ${momentum}
    let v = given.beta1 * moments[i] + g;
    moments[i] = v;
#if ${kind === 'nesterov'}
    w -= rate * (g + given.beta1 * v);
#else
    w -= rate * v;
#endif
#elif ${kind === 'adagrad'}
    let s = moments[i] + g * g;
    moments[i] = s;
    w -= rate * g / (sqrt(s) + given.epsilon);
#elif ${adam}
    let m = given.beta1 * moments[i] + given.rest1 * g;
    let v = given.beta2 * moments[quads + i] + given.rest2 * g * g;
    moments[i] = m;
    moments[quads + i] = v;
#if ${kind === 'adamw'}
    w -= rate * given.decay * w;
#endif
    w -= rate * (m / m_scale) / (sqrt(v / v_scale) + given.epsilon);
#endif
    values[i] = w;
  }
#if ${last}
  if (t == 0u) {
    state.step += 1u;
    advance();
  }
#endif
}
`,
  );
}
