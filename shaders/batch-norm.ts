import { grid, groupSize } from './grid.ts';
import { deviation } from './norm.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** Chunk: `real_lines()`, the number of lines of real examples. A line holds the channels at one place; an example may have several rows. */
const realLines = () => wgsl`
${state()}
${batchRows}
fn real_lines() -> u32 {
  return batch_rows() * (sizes.lines / sizes.places / state.batch) * sizes.places;
}
`;

/** Chunk: the number of real lines in part p: p, p + parts, … */
const linesOf = wgsl`
fn lines_of(p: u32, real: u32, parts: u32) -> f32 {
  return f32((real + parts - 1u - p) / parts);
}
`;

/** partials[p,c] = (mean − first, Σ (x − mean)²) over the lines p, p + parts, … of a channel, with `first` the value in its first line */
export const batchMoments = () =>
  shader<'x' | 'state' | 'partials'>(
    'batch moments',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> partials: array<vec2f>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { lines: u32, places: u32, channels: u32, parts: u32 }
${realLines()}
${linesOf}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let channels = sizes.channels;
  let parts = sizes.parts;
  if (t >= parts * channels) { return; }
  let c = t % channels;
  let real = real_lines();
  let first = x[c];
  var sum = 0.0;
  for (var line = t / channels; line < real; line += parts) { sum += x[line * channels + c] - first; }
  let mean = sum / max(lines_of(t / channels, real, parts), 1.0);
  var squares = 0.0;
  for (var line = t / channels; line < real; line += parts) {
    let d = (x[line * channels + c] - first) - mean;
    squares += d * d;
  }
  partials[t] = vec2f(mean, squares);
}
`,
  );

/**
 * stats[c] = (mean − first, 1 / √(variance + ε)), combined from the parts (Chan et al. 1983). Unless a step has gone bad, also
 * running_mean += momentum (mean − running_mean), running_var likewise with Bessel's correction, and num_batches_tracked += 1.
 *
 * With `keeps`, the previous running means, variances and count are written to `kept`, in this order.
 */
export const batchMomentsEnd = (keeps: boolean) =>
  shader<'x' | 'partials' | 'state' | 'stats' | 'running_mean' | 'running_var' | 'num_batches_tracked', 'kept'>(
    'batch moments end',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> partials: array<vec2f>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> running_mean: array<f32>;
@group(0) @binding(5) var<storage, read_write> running_var: array<f32>;
@group(0) @binding(6) var<storage, read_write> num_batches_tracked: array<f32>;
@group(0) @binding(7) var<uniform> sizes: Sizes;
#if ${keeps}
@group(0) @binding(8) var<storage, read_write> kept: array<f32>;
#endif
struct Sizes { lines: u32, places: u32, channels: u32, parts: u32, momentum: f32, epsilon: f32 }
${realLines()}
${linesOf}
${deviation()}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = invocation(id, groups);
  let channels = sizes.channels;
  let parts = sizes.parts;
  if (c >= channels) { return; }
  let real = real_lines();
  let count = f32(real);
  var sum = 0.0;
  for (var p = 0u; p < parts; p++) { sum += lines_of(p, real, parts) * partials[p * channels + c].x; }
  let mean = sum / count;
  var squares = 0.0;
  for (var p = 0u; p < parts; p++) {
    let one = partials[p * channels + c];
    squares += one.y + lines_of(p, real, parts) * (one.x - mean) * (one.x - mean);
  }
  stats[c] = vec2f(mean, inverse_deviation(squares / count));
  if (state.bad != 0xffffffffu) { return; }
#if ${keeps}
  kept[c] = running_mean[c];
  kept[channels + c] = running_var[c];
  if (c == 0u) { kept[2u * channels] = num_batches_tracked[0]; }
#endif
  let momentum = sizes.momentum;
  running_mean[c] = (1.0 - momentum) * running_mean[c] + momentum * (x[c] + mean);
  running_var[c] = (1.0 - momentum) * running_var[c] + momentum * squares / (count - 1.0);
  if (c == 0u) { num_batches_tracked[0] += 1.0; }
}
`,
  );

/** y = x̂ weight + bias, with x̂ = (x − mean) / √(variance + ε) of the value's channel */
export const batchNormForward = () =>
  shader<'x' | 'stats' | 'weight' | 'bias' | 'y'>(
    'normalize batch',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { size: u32, channels: u32 }
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  let c = i % sizes.channels;
  y[i] = ((x[i] - x[c]) - stats[c].x) * stats[c].y * weight[c] + bias[c];
}
`,
  );

/** dx = weight (dy − mean dy − x̂ mean(dy x̂)) / √(variance + ε) in real lines, and 0 in the others, with sums = (Σ dy, Σ dy x̂) of a channel */
export const batchNormBackward = () =>
  shader<'x' | 'dy' | 'stats' | 'sums' | 'weight' | 'state' | 'dx'>(
    'normalize batch backward',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> sums: array<vec2f>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read> state: State;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<uniform> sizes: Sizes;
struct Sizes { lines: u32, places: u32, channels: u32 }
override add_dx = false;
${realLines()}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  let channels = sizes.channels;
  if (i >= sizes.lines * channels) { return; }
  let line = i / channels;
  let c = i - line * channels;
  let real = real_lines();
  let known = stats[c];
  let hat = ((x[i] - x[c]) - known.x) * known.y;
  let means = sums[c] / f32(real);
  var v = select(0.0, weight[c] * known.y * (dy[i] - means.x - hat * means.y), line < real);
  if (add_dx) { v += dx[i]; }
  dx[i] = v;
}
`,
  );

/** y = (x − running mean) / √(running variance + ε) weight + bias */
export const batchNormApplied = () =>
  shader<'x' | 'running_mean' | 'running_var' | 'weight' | 'bias' | 'y'>(
    'normalize by running statistics',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> running_mean: array<f32>;
@group(0) @binding(2) var<storage, read> running_var: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<uniform> sizes: Sizes;
struct Sizes { size: u32, channels: u32, epsilon: f32 }
${deviation()}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= sizes.size) { return; }
  let c = i % sizes.channels;
  y[i] = (x[i] - running_mean[c]) * inverse_deviation(running_var[c]) * weight[c] + bias[c];
}
`,
  );
