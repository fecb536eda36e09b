import { activation, type Activation } from './activation.ts';
import { blankCell, largestValue } from './blanks.ts';
import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { batchRows, byWeight, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** The term l, ∂l/∂y and ∂l/∂x for a value y and, in some terms, a second operand x. */
const terms = {
  mse: 'vec3f((y - x) * (y - x), 2.0 * (y - x), 2.0 * (x - y))',
  bce: 'logistic(y, x)',
  mae: 'vec3f(abs(y - x), sign(y - x), sign(x - y))',
  huber: 'huber(y - x)',
  product: 'vec3f(y * x, x, y)',
  square: 'vec3f(y * y, 2.0 * y, 0.0)',
  absolute: 'vec3f(abs(y), sign(y), 0.0)',
  value: 'vec3f(y, 1.0, 0.0)',
  real: 'logistic(y, 1.0)',
  fake: 'logistic(y, 0.0)',
} as const;

/**
 * The term that is summed. `mse`, `bce`, `mae` and `huber` compare y with a target x; the others are parts of
 * penalties.
 */
export type TermKind = keyof typeof terms;

/** A custom loss: WGSL expressions of an output `y` and its target `x`, both f32. */
export interface Formula {
  /** The name in messages and files. */
  readonly name: string;
  /** The loss of one element, l. */
  readonly wgsl: string;
  /** The derivative of the loss with respect to the output, ∂l/∂y. */
  readonly derivative: string;
}

export const hasSecond = (kind: TermKind | Formula): boolean => typeof kind !== 'string' || /\bx\b/.test(terms[kind]);

export interface LossVariant {
  /** The term of an element; the gradient of a formula with respect to x is not known and counts as 0. */
  readonly kind: TermKind | Formula;
  /** Whether rows consist of whole vec4s. */
  readonly wide: boolean;
  /**
   * The result beside the sums, which are always written: the gradient of y, the gradients of both, the loss of each
   * element, or nothing.
   */
  readonly writes: 'gradient' | 'gradients' | 'elements' | 'sums';
  /** The activation through which the gradient of y is carried back. */
  readonly slope?: Activation;
  /** Whether each example has `samples` consecutive rows of y, and one row of x. */
  readonly sampled?: boolean;
  /** Whether the loss and the gradient of each row are multiplied by a weight of the row. */
  readonly weighted?: boolean;
  /** Whether targets may be blank. */
  readonly masked?: boolean;
}

/**
 * The terms:
 *
 * ```text
 * mse       l = (y − x)²
 * bce       l = log(1 + e^y) − x y, y is the logit
 * mae       l = |y − x|, with derivative 0 where they are equal
 * huber     l = ½ d² for |d| ≤ delta, else delta (|d| − ½ delta), d = y − x   (Huber 1964)
 * product   l = y x
 * square    l = y²
 * absolute  l = |y|
 * value     l = y
 * real      l = log(1 + e^−y), y is the logit of a discriminator              (Goodfellow et al. 2014)
 * fake      l = log(1 + e^y), y is the logit of a discriminator
 * ```
 *
 * sums[r,p] = factor Σ_c l[r,c] over strip p of row r, dy[r,c] = gradient_factor ∂l/∂y / batch_rows, and dx likewise.
 * Rows beyond the examples of the batch get zeros.
 *
 * With `masked` l and its gradients are 0 where x is blank, and with `share` both are multiplied by columns / n, where
 * n of the row's targets are not blank: a mean over the columns is one over those n. A blank target also makes the loss
 * of its element blank.
 *
 * With `weighted` sums[r,p], dy[r,c] and dx[r,c] are multiplied by weights[r].
 */
export function lossShader(variant: LossVariant) {
  const { kind, wide, writes, slope, sampled = false, masked = false, weighted = false } = variant;
  const second = hasSecond(kind);
  const formula = typeof kind === 'string' ? undefined : kind;
  const term = typeof kind === 'string' ? terms[kind] : 'vec3f(own_loss(y, x), own_slope(y, x), 0.0)';
  const logits = term.includes('logistic');
  const needsMath = logits || formula !== undefined;
  const gradient = writes === 'gradient' || writes === 'gradients';
  const both = writes === 'gradients';
  const elements = writes === 'elements';
  const gated = slope !== undefined;
  const value = wide ? 'vec4f' : 'f32';
  const part = masked ? 'part * ' : '';
  const unlessBlank = (x: string, there: string, blank: string | number) =>
    `select(${value}(${there}), ${value}(${blank}), ${x} > ${value}(${largestValue}))`;
  // Bindings are numbered in the order in which the variant has them.
  const optional = ['x', 'out', 'dx', 'saved', 'weights'].filter(
    (_, i) => [second, gradient || elements, both, gated, weighted][i],
  );
  const at = (name: string) => 4 + optional.indexOf(name);
  return shader<'y' | 'state' | 'sums', 'x' | 'dy' | 'dx' | 'saved' | 'elements' | 'weights'>(
    `${typeof kind === 'string' ? kind : kind.name}${gradient ? ' with gradient' : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<${value}>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, strips: u32, factor: f32${gradient ? ', gradient_factor: f32' : ''}${sampled ? ', samples: u32' : ''} }
#if ${second}
@group(0) @binding(${at('x')}) var<storage, read> x: array<${value}>;
#endif
#if ${gradient}
@group(0) @binding(${at('out')}) var<storage, read_write> dy: array<${value}>;
override add_dy = false;
#elif ${elements}
@group(0) @binding(${at('out')}) var<storage, read_write> elements: array<${value}>;
#endif
#if ${both}
@group(0) @binding(${at('dx')}) var<storage, read_write> dx: array<${value}>;
override add_dx = false;
#endif
#if ${gated}
@group(0) @binding(${at('saved')}) var<storage, read> saved: array<${value}>;
#endif
#if ${weighted}
@group(0) @binding(${at('weights')}) var<storage, read> weights: array<f32>;
#endif
#if ${masked}
override share: bool;
#endif
${grid}
${state()}
${batchRows}
#if ${gated}
${activation(slope ?? 'linear', needsMath)}
#elif ${needsMath}
${math}
#endif

#if ${logits}
/** log(1 + e^y) = max(y, 0) + log(1 + e^−|y|): neither overflows nor loses digits. */
fn logistic(y: f32, x: f32) -> vec3f {
  let e = accurate_exp(-abs(y));
  return vec3f(max(y, 0.0) - x * y + log1p(e), select(e, 1.0, y >= 0.0) / (1.0 + e) - x, -y);
}
#endif
#if ${kind === 'huber'}
override delta: f32;
/** a (|d| − ½ a) with a = min(|d|, delta). */
fn huber(d: f32) -> vec3f {
  let slope = clamp(d, -delta, delta);
  return vec3f(abs(slope) * (abs(d) - 0.5 * abs(slope)), slope, -slope);
}
#endif
#if ${formula !== undefined}
fn own_loss(y: f32, x: f32) -> f32 {
  return ${formula?.wgsl ?? ''};
}
fn own_slope(y: f32, x: f32) -> f32 {
  return ${formula?.derivative ?? ''};
}
#endif
fn term(y: f32, x: f32) -> vec3f {
#if ${masked}
  if (x > ${largestValue}) { return vec3f(0.0); }
#endif
  return ${term};
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let strips = sizes.strips;
  if (t >= sizes.rows * strips) { return; }
  let row = t / strips;
#if ${wide}
  let width = sizes.columns / 4u;
#else
  let width = sizes.columns;
#endif
#if ${sampled}
  let example = row / sizes.samples;
#else
  let example = row;
#endif
  let real = example < batch_rows();
#if ${masked}
  var there = ${value}(0.0);
  for (var c = 0u; c < width; c++) { there += ${unlessBlank('x[example * width + c]', '1.0', '0.0')}; }
  let part = select(1.0, f32(sizes.columns) / max(${wide ? 'dot(there, vec4f(1.0))' : 'there'}, 1.0), share);
#endif
#if ${gradient}
  let weight = select(0.0, ${part}sizes.gradient_factor / f32(batch_rows())${byWeight(weighted)}, real);
#endif
  var sum = 0.0;
  for (var c = t % strips; c < width; c += strips) {
    let at = row * width + c;
    let p = y[at];
#if ${second}
    let q = x[example * width + c];
#else
    let q = p;
#endif
#if ${wide}
    let l = transpose(mat4x3f(term(p.x, q.x), term(p.y, q.y), term(p.z, q.z), term(p.w, q.w)));
    sum += (l[0].x + l[0].y) + (l[0].z + l[0].w);
#else
    let l = term(p, q);
    sum += l[0];
#endif
#if ${gradient}
    var d = weight * l[1];
#if ${gated && wide}
    d *= slope(saved[at]);
#elif ${gated}
    d *= slope_one(saved[at]);
#endif
    if (add_dy) { d += dy[at]; }
    dy[at] = d;
#elif ${elements}
    elements[at] = ${masked ? unlessBlank('q', 'sizes.factor * l[0]', blankCell) : 'sizes.factor * l[0]'};
#endif
#if ${both}
    var e = weight * l[2];
    if (add_dx) { e += dx[at]; }
    dx[at] = e;
#endif
  }
  sums[t] = select(0.0, ${part}sizes.factor * sum${byWeight(weighted)}, real);
}
`,
  );
}
