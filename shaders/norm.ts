import { addUp, grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * Chunk: `inverse_deviation(variance)`, 1 / √(variance + ε). An overflow gives 3e38, not 0, so that it makes the loss infinite and is detected.
 * Needs `epsilon` among the sizes.
 */
export const deviation = () => wgsl`
fn inverse_deviation(variance: f32) -> f32 {
  return select(1.0 / sqrt(variance + sizes.epsilon), 3.0e38, variance > 3.0e38);
}
`;

/** The values of a set share a mean and a variance: `width` adjacent channels of one example, at all its `places`. */
export interface SetVariant {
  /** One invocation computes a set, which suits small sets; if false, a workgroup does. */
  readonly alone: boolean;
}

/**
 * Chunk: the set of an invocation, its share of the values, and `total`, the sum over the invocations of a set. Needs the values of a set, `count`, as
 * an override constant, because sums are divided by it: compilers round the division by a constant differently from other divisions.
 */
const worker = (alone: boolean): string => wgsl`
#if ${!alone}
${addUp}
#endif
fn total(value: f32, local: u32) -> f32 {
#if ${alone}
  return value;
#else
  return add_up(value, local);
#endif
}
`;
const begin = (alone: boolean): string => wgsl`
#if ${alone}
  let unit = invocation(id, groups);
  let start = 0u;
  let step = 1u;
#else
  let unit = group.y * groups.x + group.x;
  let start = local;
  let step = ${groupSize}u;
#endif
  let channels = sizes.channels;
  let width = sizes.width;
  let per_example = channels / width;
  if (unit >= sizes.lines / sizes.places * per_example) { return; }
  let example = unit / per_example;
  let base = example * sizes.places * channels + (unit - example * per_example) * width;
`;

/** The place of value `e` of a set. */
const offset = 'base + e + e / width * (channels - width)';

const inputs = () => wgsl`
  @builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
`;

/**
 * y = x̂ weight + bias, with x̂ = (x − mean) / √(variance + ε) of the value's set; stats[set] = (mean − first, 1 / √(variance + ε))
 *
 * The mean is computed from differences to the set's first value, because float32 loses their digits beside a large mean.
 */
export const setNormForward = ({ alone }: SetVariant) =>
  shader<'x' | 'weight' | 'bias' | 'y' | 'stats'>(
    'normalize sets',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { lines: u32, places: u32, channels: u32, width: u32, epsilon: f32 }
override count: u32;
${deviation()}
${grid}
${worker(alone)}
@compute @workgroup_size(${groupSize})
fn main(${inputs()}) {
${begin(alone)}
  let first = x[base];
  var sum = 0.0;
  for (var e = start; e < count; e += step) { sum += x[${offset}] - first; }
  let mean = total(sum, local) / f32(count);
  var squares = 0.0;
  for (var e = start; e < count; e += step) {
    let d = (x[${offset}] - first) - mean;
    squares += d * d;
  }
  let inverse = inverse_deviation(total(squares, local) / f32(count));
  for (var e = start; e < count; e += step) {
    let o = ${offset};
    let c = o % channels;
    y[o] = ((x[o] - first) - mean) * inverse * weight[c] + bias[c];
  }
  if (start == 0u) { stats[unit] = vec2f(mean, inverse); }
}
`,
  );

/** dx = (g − mean g − x̂ mean(g x̂)) / √(variance + ε), with g = dy weight and means over the value's set */
export const setNormBackward = ({ alone }: SetVariant) =>
  shader<'x' | 'dy' | 'weight' | 'stats' | 'dx'>(
    'normalize sets backward',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> stats: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { lines: u32, places: u32, channels: u32, width: u32 }
override count: u32;
override add_dx = false;
${grid}
${worker(alone)}
@compute @workgroup_size(${groupSize})
fn main(${inputs()}) {
${begin(alone)}
  let first = x[base];
  let known = stats[unit];
  var sums = vec2f();
  for (var e = start; e < count; e += step) {
    let o = ${offset};
    let g = dy[o] * weight[o % channels];
    sums += vec2f(g, g * ((x[o] - first) - known.x) * known.y);
  }
  let means = vec2f(total(sums.x, local), total(sums.y, local)) / f32(count);
  for (var e = start; e < count; e += step) {
    let o = ${offset};
    let hat = ((x[o] - first) - known.x) * known.y;
    var v = known.y * (dy[o] * weight[o % channels] - means.x - hat * means.y);
    if (add_dx) { v += dx[o]; }
    dx[o] = v;
  }
}
`,
  );

/**
 * partials[p,c] = (Σ dy, Σ dy x̂) over the lines p, p + parts, … of a channel; a line is one place of one example
 *
 * With `batch`, x̂ is normalized over the channel in the batch; otherwise over the value's set.
 */
export const normColumns = (batch: boolean) =>
  shader<'x' | 'dy' | 'stats' | 'partials'>(
    'normalize columns',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec2f>;
@group(0) @binding(4) var<uniform> sizes: Sizes;
struct Sizes { lines: u32, places: u32, channels: u32, width: u32, parts: u32 }
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let lines = sizes.lines;
  let channels = sizes.channels;
  let parts = sizes.parts;
  if (t >= parts * channels) { return; }
  let c = t % channels;
#if ${!batch}
  let places = sizes.places;
  let per_example = channels / sizes.width;
  let own = c / sizes.width;
  let own_first = own * sizes.width;
#endif
  var sums = vec2f();
  for (var line = t / channels; line < lines; line += parts) {
    let o = line * channels + c;
#if ${batch}
    let first = x[c];
    let known = stats[c];
#else
    let example = line / places;
    let first = x[example * places * channels + own_first];
    let known = stats[example * per_example + own];
#endif
    sums += vec2f(dy[o], dy[o] * ((x[o] - first) - known.x) * known.y);
  }
  partials[t] = sums;
}
`,
  );

/** dbias = Σ dy, dweight = Σ dy x̂. With `batch`, both are also written to `sums`, for dx. */
export const normColumnsEnd = (batch: boolean) =>
  shader<'partials' | 'dweight' | 'dbias', 'sums'>(
    'normalize columns end',
    wgsl`
@group(0) @binding(0) var<storage, read> partials: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> dweight: array<f32>;
@group(0) @binding(2) var<storage, read_write> dbias: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
#if ${batch}
@group(0) @binding(4) var<storage, read_write> sums: array<vec2f>;
#endif
struct Sizes { parts: u32, channels: u32 }
override add_dweight = false;
override add_dbias = false;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let c = invocation(id, groups);
  let parts = sizes.parts;
  let channels = sizes.channels;
  if (c >= channels) { return; }
  var sum = vec2f();
  for (var p = 0u; p < parts; p++) { sum += partials[p * channels + c]; }
#if ${batch}
  sums[c] = sum;
#endif
  var v = sum.yx;
  if (add_dweight) { v.x += dweight[c]; }
  if (add_dbias) { v.y += dbias[c]; }
  dweight[c] = v.x;
  dbias[c] = v.y;
}
`,
  );
