import { activation, type Activation } from './activation.ts';
import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

export interface LossVariant {
  readonly kind: 'mse' | 'bce';
  /** Rows are whole vec4s. */
  readonly wide: boolean;
  /** What is written: the gradient, every element's own loss, or neither. The sums always are. */
  readonly writes: 'gradient' | 'elements' | 'sums';
  /** The gradient goes through this activation, to what was before it. */
  readonly slope?: Activation;
}

/**
 * mse: l = (y − x)²,            dl/dy = 2 (y − x)
 * bce: l = log(1 + e^y) − x y,  dl/dy = σ(y) − x      (y is the logit)
 *
 * sums[r,p] = factor Σ_c l[r,c] over strip p of row r, and dy[r,c] = factor dl/dy / batch_rows. Rows past the real ones get zeros.
 */
export function lossShader({ kind, wide, writes, slope }: LossVariant) {
  const gradient = writes === 'gradient';
  const elements = writes === 'elements';
  const gated = slope !== undefined;
  const value = wide ? 'vec4f' : 'f32';
  return shader<'y' | 'x' | 'state' | 'sums', 'dy' | 'saved' | 'elements'>(
    `${kind}${gradient ? ' with gradient' : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<${value}>;
@group(0) @binding(1) var<storage, read> x: array<${value}>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
#if ${gradient}
@group(0) @binding(4) var<storage, read_write> dy: array<${value}>;
#elif ${elements}
@group(0) @binding(4) var<storage, read_write> elements: array<${value}>;
#endif
#if ${gated}
@group(0) @binding(5) var<storage, read> saved: array<${value}>;
#endif
override rows: u32;
override columns: u32;
override strips: u32;
override factor: f32;
override add_dy = false;
${grid}
${state()}
${batchRows}
#if ${gated}
${activation(slope ?? 'linear', kind === 'bce')}
#elif ${kind === 'bce'}
${math}
#endif

/** The loss of one value and its slope. */
fn term(y: f32, x: f32) -> vec2f {
#if ${kind === 'mse'}
  return vec2f((y - x) * (y - x), 2.0 * (y - x));
#else
  let e = accurate_exp(-abs(y));
  return vec2f(max(y, 0.0) - x * y + log1p(e), select(e, 1.0, y >= 0.0) / (1.0 + e) - x);
#endif
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= rows * strips) { return; }
  let row = t / strips;
#if ${wide}
  let width = columns / 4u;
#else
  let width = columns;
#endif
  let real = row < batch_rows();
  let weight = select(0.0, factor / f32(batch_rows()), real);
  var sum = 0.0;
  for (var c = t % strips; c < width; c += strips) {
    let at = row * width + c;
    let p = y[at];
    let q = x[at];
#if ${wide}
    let one = term(p.x, q.x);
    let two = term(p.y, q.y);
    let three = term(p.z, q.z);
    let four = term(p.w, q.w);
    sum += (one.x + two.x) + (three.x + four.x);
#else
    let one = term(p, q);
    sum += one.x;
#endif
#if ${gradient}
#if ${wide}
    var v = weight * vec4f(one.y, two.y, three.y, four.y);
#else
    var v = weight * one.y;
#endif
#if ${gated && wide}
    v *= slope(saved[at]);
#elif ${gated}
    v *= slope_one(saved[at]);
#endif
    if (add_dy) { v += dy[at]; }
    dy[at] = v;
#elif ${elements && wide}
    elements[at] = vec4f(one.x, two.x, three.x, four.x);
#elif ${elements}
    elements[at] = one.x;
#endif
  }
  sums[t] = select(0.0, factor * sum, real);
}
`,
  );
}
