import { grid, groupSize } from './grid.ts';
import { philox } from './philox.ts';
import { state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * Chunk: random numbers from words. `uniforms` gives multiples of 2⁻²⁴ in [0, 1), the same bits on every device. `normals` gives mean 0 and
 * deviation 1, within ±5.9 (Box & Muller 1958): r = √(−2 ln u), r cos 2πv, r sin 2πv. Its logarithm, sine and cosine are accurate to 1e-8.
 */
export const draws = wgsl`
${philox}
fn uniforms(words: vec4u) -> vec4f {
  return vec4f(words >> vec4u(8u)) * 5.9604645e-8;
}

/** ln u for u in (0, 1]: u = m 2ᵉ with m between √½ and √2, ln m = 2 artanh((m − 1) / (m + 1)). */
fn log_of_unit(u: f32) -> f32 {
  let bits = bitcast<u32>(u) + 0x004afb0du;
  let e = f32(bits >> 23u) - 127.0;
  let m = bitcast<f32>((bits & 0x007fffffu) + 0x3f3504f3u);
  let s = (m - 1.0) / (m + 1.0);
  let q = s * s;
  return e * 0.69314718 + 2.0 * s * (1.0 + q * (0.33333333 + q * (0.2 + q * (0.14285714 + q * 0.11111111))));
}

/** cos 2πv and sin 2πv, by Taylor series within an eighth of the circle around each quarter. */
fn on_circle(v: f32) -> vec2f {
  let quarter = floor(4.0 * v + 0.5);
  let a = (4.0 * v - quarter) * 1.5707963;
  let q = a * a;
  let c = 1.0 + q * (-0.5 + q * (0.041666667 + q * (-0.0013888889 + q * (2.4801587e-5 - q * 2.7557319e-7))));
  let s = a * (1.0 + q * (-0.16666667 + q * (0.0083333333 + q * (-1.9841270e-4 + q * 2.7557319e-6))));
  let turned = select(vec2f(c, s), vec2f(-s, c), (u32(quarter) & 1u) == 1u);
  return select(turned, -turned, (u32(quarter) & 2u) == 2u);
}

fn normals(words: vec4u) -> vec4f {
  let u = uniforms(words);
  // Half a step larger, because ln 0 is not finite.
  let r = vec2f(sqrt(max(0.0, -2.0 * log_of_unit(u.x + 2.9802322e-8))), sqrt(max(0.0, -2.0 * log_of_unit(u.z + 2.9802322e-8))));
  return vec4f(r.x * on_circle(u.y), r.y * on_circle(u.w));
}
`;

/**
 * Chunk: `draw(quad, row)`, four words for four neighbours in a row of the batch. They depend only on the seed, the stream, the step and the
 * example's position in its epoch, not on the batch size or the order of dispatches. `which` distinguishes the draws of one step.
 * Needs a binding `state`, and `which` among the sizes.
 */
export const batchDraws = wgsl`
${draws}
override stream: u32;
fn draw(quad: u32, row: u32) -> vec4u {
  return philox(vec4u(quad, state.position + row, state.step, sizes.which), vec2u(state.seed, stream));
}
`;

/** The distributions that `random` can draw from. */
export type Distribution = 'uniform' | 'normal' | 'bernoulli';

/** y[i] = a number from word i of (seed, stream, step); for `bernoulli`, 1 with probability `threshold` / 2³², else 0 */
export const randomShader = (distribution: Distribution) =>
  shader<'y'>(
    distribution,
    wgsl`
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(1) var<uniform> sizes: Sizes;
struct Sizes { quads: u32, seed: u32, stream: u32, step: u32${distribution === 'bernoulli' ? ', threshold: u32' : ''} }
${grid}
${draws}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.quads) { return; }
  let words = philox(vec4u(i, 0u, sizes.step, 0u), vec2u(sizes.seed, sizes.stream));
#if ${distribution === 'uniform'}
  y[i] = uniforms(words);
#elif ${distribution === 'normal'}
  y[i] = normals(words);
#else
  y[i] = select(vec4f(), vec4f(1.0), words < vec4u(sizes.threshold));
#endif
}
`,
  );

/** The noise that `noiseShader` draws: −1 or 1 with equal probability, or numbers of a distribution. */
export type Noise = 'signs' | 'normal' | 'uniform';

/** y[r,c] = −1 or 1, each with probability ½; or offset + scale · u, with u from N(0, 1) or from [0, 1) */
export const noiseShader = (noise: Noise) =>
  shader<'state' | 'y'>(
    noise === 'signs' ? noise : `${noise} noise`,
    wgsl`
@group(0) @binding(0) var<storage, read> state: State;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, which: u32${noise === 'signs' ? '' : ', offset: f32, scale: f32'} }
${grid}
${state()}
${batchDraws}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let columns = sizes.columns;
  let width = (columns + 3u) / 4u;
  if (t >= sizes.rows * width) { return; }
  let row = t / width;
  let quad = t - row * width;
  let words = draw(quad, row);
  let column = 4u * quad;
#if ${noise === 'signs'}
  let drawn = select(vec4f(-1.0), vec4f(1.0), (words >> vec4u(31u)) == vec4u(1u));
#elif ${noise === 'normal'}
  let drawn = sizes.offset + sizes.scale * normals(words);
#else
  let drawn = sizes.offset + sizes.scale * uniforms(words);
#endif
  for (var c = 0u; c < min(4u, columns - column); c++) {
    y[row * columns + column + c] = drawn[c];
  }
}
`,
  );
