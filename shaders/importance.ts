import { grid, groupSize } from './grid.ts';
import { math } from './math.ts';
import { batchDraws, draws } from './random.ts';
import { held } from './reparameterize.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** Chunk: the layout. Example i has `samples` rows from i · samples on; its row of `head` holds the means of all units, then their log-variances l. */
const layout = () => wgsl`
${grid}
${state()}
${batchRows}
`;

/** Chunk: `sample_draw(quad, row)`, as `draw`, for a batch in which each example has several rows, one for each sample. */
const sampleDraw = () => wgsl`
fn sample_draw(quad: u32, row: u32) -> vec4u {
  let example = row / sizes.samples;
  let sample = row - example * sizes.samples;
  return philox(vec4u(quad + sample * ((sizes.units + 3u) / 4u), state.position + example, state.step, sizes.which), vec2u(state.seed, stream));
}
`;

/**
 * z = μ + e^{l/2} ε,  ε ~ N(0, I), drawn for each sample;  ratio = log p(z) − log q(z|x) = ½ Σ (ε² + l − z²)     (Burda et al. 2016)
 *
 * One invocation computes one sample.
 */
export const sampleForward = () =>
  shader<'head' | 'state' | 'z' | 'ratio'>(
    'importance samples',
    wgsl`
@group(0) @binding(0) var<storage, read> head: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> z: array<f32>;
@group(0) @binding(3) var<storage, read_write> ratio: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, units: u32, samples: u32, which: u32 }
${layout()}
${batchDraws}
${math}
${held()}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation(id, groups);
  let units = sizes.units;
  if (row >= sizes.rows * sizes.samples) { return; }
  let own = 2u * (row / sizes.samples) * units;
  var sum = 0.0;
  for (var unit = 0u; unit < units; unit += 4u) {
    let noise = normals(sample_draw(unit / 4u, row));
    for (var c = 0u; c < min(4u, units - unit); c++) {
      let logvar = held(head[own + units + unit + c]);
      let value = head[own + unit + c] + accurate_exp(0.5 * logvar) * noise[c];
      z[row * units + unit + c] = value;
      sum += 0.5 * (noise[c] * noise[c] + logvar - value * value);
    }
  }
  ratio[row] = sum;
}
${sampleDraw()}
`,
  );

/**
 * a_j = ratio_j − loss_j,  bound = −log (1/k Σ_j e^{a_j}),  weights_j = e^{a_j} / Σ e^{a}, over the k samples j of an example
 *
 * `reconstruction` and `kl` are the means of loss_j and of −ratio_j. Padding rows get zeros. One invocation computes one example. If a loss is not
 * finite, it becomes the bound, so that it is detected. With `weighted` all four are multiplied by the weight of the example.
 */
export const boundForward = (weighted = false) => {
  const byWeight = weighted ? ' * row_weights[row]' : '';
  return shader<'losses' | 'ratio' | 'state' | 'bound' | 'weights' | 'reconstruction' | 'kl', 'row_weights'>(
    'importance-weighted bound',
    wgsl`
@group(0) @binding(0) var<storage, read> losses: array<f32>;
@group(0) @binding(1) var<storage, read> ratio: array<f32>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> bound: array<f32>;
@group(0) @binding(4) var<storage, read_write> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> reconstruction: array<f32>;
@group(0) @binding(6) var<storage, read_write> kl: array<f32>;
@group(0) @binding(7) var<uniform> sizes: Sizes;
#if ${weighted}
@group(0) @binding(8) var<storage, read> row_weights: array<f32>;
#endif
/** A sample's loss is in \`strips\` partial sums. */
struct Sizes { rows: u32, strips: u32 }
/** A constant, because compilers round the division by a constant differently from other divisions. */
override samples: u32;
${grid}
${state()}
${batchRows}
${math}
${draws}
fn loss_of(row: u32) -> f32 {
  let strips = sizes.strips;
  var sum = 0.0;
  for (var strip = 0u; strip < strips; strip++) { sum += losses[row * strips + strip]; }
  return sum;
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = invocation(id, groups);
  if (row >= sizes.rows) { return; }
  let first = row * samples;
  var most = -3.4028234e38;
  var total = 0.0;
  var divergence = 0.0;
  for (var j = first; j < first + samples; j++) {
    let loss = loss_of(j);
    let a = ratio[j] - loss;
    weights[j] = a;
    most = max(most, a);
    total += loss;
    divergence -= ratio[j];
  }
  var sum = 0.0;
  for (var j = first; j < first + samples; j++) {
    let e = accurate_exp(weights[j] - most);
    weights[j] = e;
    sum += e;
  }
  let real = row < batch_rows();
  for (var j = first; j < first + samples; j++) { weights[j] = select(0.0, weights[j] / sum${byWeight}, real); }
  let k = f32(samples);
  let finite = (bitcast<u32>(total) & 0x7f800000u) != 0x7f800000u;
  bound[row] = select(0.0, select(total, -most - log_of_unit(sum / k), finite)${byWeight}, real);
  reconstruction[row] = select(0.0, total / k${byWeight}, real);
  kl[row] = select(0.0, divergence / k${byWeight}, real);
}
`,
  );
};

/**
 * dμ = Σ_j d_j,  dl = ½ Σ_j (d_j e^{l/2} ε_j − w_j),  d_j = dz_j + w_j z_j, with the ε of the forward pass and w_j = pull weights_j / batch_rows
 *
 * One invocation computes four neighbouring units of an example.
 */
export const sampleBackward = () =>
  shader<'head' | 'z' | 'dz' | 'weights' | 'state' | 'dhead'>(
    'importance samples backward',
    wgsl`
@group(0) @binding(0) var<storage, read> head: array<f32>;
@group(0) @binding(1) var<storage, read> z: array<f32>;
@group(0) @binding(2) var<storage, read> dz: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> state: State;
@group(0) @binding(5) var<storage, read_write> dhead: array<f32>;
@group(0) @binding(6) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, units: u32, samples: u32, which: u32, pull: f32 }
override add_dhead = false;
${layout()}
${batchDraws}
${math}
${held()}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let units = sizes.units;
  let samples = sizes.samples;
  let quads = (units + 3u) / 4u;
  if (t >= sizes.rows * quads) { return; }
  let row = t / quads;
  let unit = 4u * (t - row * quads);
  let own = 2u * row * units + unit;
  let share = sizes.pull / f32(batch_rows());
  var deviation = vec4f();
  for (var c = 0u; c < min(4u, units - unit); c++) { deviation[c] = accurate_exp(0.5 * held(head[own + units + c])); }
  var dmean = vec4f();
  var dlogvar = vec4f();
  for (var j = row * samples; j < (row + 1u) * samples; j++) {
    let noise = normals(sample_draw(unit / 4u, j));
    let w = share * weights[j];
    for (var c = 0u; c < min(4u, units - unit); c++) {
      let d = dz[j * units + unit + c] + w * z[j * units + unit + c];
      dmean[c] += d;
      dlogvar[c] += 0.5 * (d * deviation[c] * noise[c] - w);
    }
  }
  for (var c = 0u; c < min(4u, units - unit); c++) {
    if (add_dhead) {
      dmean[c] += dhead[own + c];
      dlogvar[c] += dhead[own + units + c];
    }
    dhead[own + c] = dmean[c];
    dhead[own + units + c] = dlogvar[c];
  }
}
${sampleDraw()}
`,
  );
