import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { batchDraws } from './random.ts';
import { batchRows, byWeight, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** The bounds to which log-variances are clamped, as values beyond them only overflow (as in the code of Rombach et al. 2022). */
export const logvarBounds = [-30, 20] as const;

/** Chunk: `held(l)`, a log-variance clamped to its bounds. NaN stays NaN, so that it is detected. */
export const held = () => wgsl`
fn held(l: f32) -> f32 {
  return select(clamp(l, ${`${logvarBounds[0]}.0`}, ${`${logvarBounds[1]}.0`}), l, (bitcast<u32>(l) & 0x7fffffffu) > 0x7f800000u);
}
`;

/**
 * z = μ + e^{l/2} ε,  ε ~ N(0, I);  kl = ½ Σ (μ² + e^l − 1 − l)      (Kingma & Welling 2014)
 *
 * A row of `head` holds the means μ of all units, then their log-variances l. One invocation computes four neighbours of a row.
 *
 * l is held within bounds. The divergence from N(0, I) comes in sums over four units, [rows, quads]; rows past the real ones get zeros. With `weighted`
 * a row's divergence is multiplied by its weight.
 */
export const reparameterizeForward = (weighted = false) =>
  shader<'head' | 'state' | 'z' | 'kl', 'weights'>(
    'reparameterize',
    wgsl`
@group(0) @binding(0) var<storage, read> head: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;
@group(0) @binding(3) var<storage, read_write> kl: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
#if ${weighted}
@group(0) @binding(5) var<storage, read> weights: array<f32>;
#endif
struct Sizes { rows: u32, units: u32, which: u32 }
${grid}
${state()}
${batchRows}
${batchDraws}
${math}
${held()}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let units = sizes.units;
  let quads = (units + 3u) / 4u;
  if (t >= sizes.rows * quads) { return; }
  let row = t / quads;
  let quad = t - row * quads;
  let unit = 4u * quad;
  let noise = normals(draw(quad, row));
  var sum = 0.0;
  for (var c = 0u; c < min(4u, units - unit); c++) {
    let mean = head[2u * row * units + unit + c];
    let logvar = held(head[(2u * row + 1u) * units + unit + c]);
    z[row * units + unit + c] = mean + accurate_exp(0.5 * logvar) * noise[c];
    sum += 0.5 * (mean * mean + (expm1(logvar) - logvar));
  }
  kl[t] = select(0.0, sum${byWeight(weighted)}, row < batch_rows());
}
`,
  );

/**
 * dμ = dz + β μ / batch_rows,  dl = ½ (dz e^{l/2} ε + β (e^l − 1) / batch_rows), with the ε of the forward pass
 *
 * Past a bound the gradient is that at the bound, which leads back. β is a constant, or comes from a list with one for each step of a run. With
 * `weighted` it is multiplied by the row's weight.
 */
export const reparameterizeBackward = (scheduled: boolean, weighted = false) =>
  shader<'head' | 'dz' | 'state' | 'dhead', 'betas' | 'weights'>(
    'reparameterize backward',
    wgsl`
@group(0) @binding(0) var<storage, read> head: array<f32>;
@group(0) @binding(1) var<storage, read> dz: array<f32>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> dhead: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
#if ${scheduled}
@group(0) @binding(5) var<storage, read> betas: array<f32>;
#endif
#if ${weighted}
@group(0) @binding(${scheduled ? 6 : 5}) var<storage, read> weights: array<f32>;
#endif
struct Sizes { rows: u32, units: u32, which: u32${scheduled ? '' : ', beta: f32'} }
override add_dhead = false;
${grid}
${state()}
${batchRows}
${batchDraws}
${math}
${held()}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let units = sizes.units;
  let quads = (units + 3u) / 4u;
  if (t >= sizes.rows * quads) { return; }
  let row = t / quads;
  let quad = t - row * quads;
  let unit = 4u * quad;
  let noise = normals(draw(quad, row));
#if ${scheduled}
  let beta = betas[state.slot];
#else
  let beta = sizes.beta;
#endif
  let weight = select(0.0, beta / f32(batch_rows())${byWeight(weighted)}, row < batch_rows());
  for (var c = 0u; c < min(4u, units - unit); c++) {
    let at_mean = 2u * row * units + unit + c;
    let logvar = held(head[at_mean + units]);
    let d = dz[row * units + unit + c];
    var dmean = d + weight * head[at_mean];
    var dlogvar = 0.5 * (d * accurate_exp(0.5 * logvar) * noise[c] + weight * expm1(logvar));
    if (add_dhead) {
      dmean += dhead[at_mean];
      dlogvar += dhead[at_mean + units];
    }
    dhead[at_mean] = dmean;
    dhead[at_mean + units] = dlogvar;
  }
}
`,
  );

/** y = μ */
export const meanForward = () =>
  shader<'head' | 'y'>(
    'mean of the code forward',
    wgsl`
@group(0) @binding(0) var<storage, read> head: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, units: u32 }
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let units = sizes.units;
  if (t >= sizes.rows * units) { return; }
  y[t] = head[t + t / units * units];
}
`,
  );

/** dμ = dy; the gradient of the log-variance is 0 */
export const meanBackward = () =>
  shader<'dy' | 'dhead'>(
    'mean of the code backward',
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dhead: array<f32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, units: u32 }
override add_dhead = false;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let units = sizes.units;
  if (t >= 2u * sizes.rows * units) { return; }
  let row = t / (2u * units);
  let unit = t - row * 2u * units;
  var d = 0.0;
  if (unit < units) { d = dy[row * units + unit]; }
  if (add_dhead) { d += dhead[t]; }
  dhead[t] = d;
}
`,
  );
