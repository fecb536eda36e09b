import { grid, groupSize } from './grid.ts';
import { batchDraws } from './random.ts';
import { state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** The kinds of noise that `corrupt` can add. */
export type CorruptionKind = 'gaussian' | 'mask' | 'saltAndPepper';

/** WGSL that corrupts four values v with four random words. `amount` is a deviation, `threshold` a probability in units of 2⁻³². */
const formulas: Record<CorruptionKind, string> = {
  gaussian: 'v + sizes.amount * normals(words)',
  mask: 'select(sizes.amount * v, vec4f(), words < vec4u(sizes.threshold))',
  // Words below half the threshold become pepper, the others below it salt: one random word decides both.
  saltAndPepper:
    'select(v, select(vec4f(1.0), vec4f(), words < vec4u(sizes.threshold / 2u)), words < vec4u(sizes.threshold))',
};

/**
 * gaussian       y = x + amount ε,  ε ~ N(0, 1)
 * mask           y = 0 with probability ν, else amount x
 * saltAndPepper  y = 0 or 1, each with probability ν / 2, else x
 *
 * One invocation draws for four neighbouring values of a row.
 */
export const corruptShader = (kind: CorruptionKind, wide: boolean) =>
  shader<'x' | 'state' | 'y'>(
    `corrupt ${kind}`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<${wide ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> y: array<${wide ? 'vec4f' : 'f32'}>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, amount: f32, threshold: u32, which: u32 }
override add_y = false;
${grid}
${state()}
${batchDraws}
fn corrupted(v: vec4f, words: vec4u) -> vec4f {
  return ${formulas[kind]};
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let columns = sizes.columns;
  let width = (columns + 3u) / 4u;
  if (t >= sizes.rows * width) { return; }
  let row = t / width;
  let quad = t - row * width;
  let words = draw(quad, row);
#if ${wide}
  var v = corrupted(x[t], words);
  if (add_y) { v += y[t]; }
  y[t] = v;
#else
  let column = 4u * quad;
  let first = row * columns + column;
  let count = min(4u, columns - column);
  var before = vec4f();
  for (var c = 0u; c < count; c++) { before[c] = x[first + c]; }
  let after = corrupted(before, words);
  for (var c = 0u; c < count; c++) {
    var one = after[c];
    if (add_y) { one += y[first + c]; }
    y[first + c] = one;
  }
#endif
}
`,
  );
