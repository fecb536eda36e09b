import { activation as activationChunk, type Activation } from './activation.ts';
import { firstTap } from './conv2d-transposed.ts';
import { grid, groupSize, inTurn } from './grid.ts';
import { sides } from './pool.ts';
import { shader, wgsl } from './wgsl.ts';

// Channels and filters are divided into groups, and a filter reads only the channels of its group. With one channel to a group it is a depthwise
// convolution. Weights are [kernel height, kernel width, channels of a group, filters], so that neighbouring invocations read neighbouring values.

/**
 * What an invocation computes four of: channels, if each has its own filter; filters of one group; or none. Sizes then count vec4s of them.
 */
export type Lanes = 'channels' | 'filters' | 'none';

/** WGSL types of a value of the image and of a value of the output. */
const types = (lanes: Lanes) => ({
  pixels: lanes === 'channels' ? 'vec4f' : 'f32',
  values: lanes === 'none' ? 'f32' : 'vec4f',
});

/** Chunk: the sizes of images, windows and groups, and the number of an invocation over all dispatches that share the work. */
const sizes = () => wgsl`
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { slice: u32 }
${sides()}
override dilation_y: u32 = 1u;
override dilation_x: u32 = 1u;
override step_y: u32 = stride_y;
override step_x: u32 = stride_x;
override filters: u32;
override group_channels: u32;
override group_filters: u32;
${grid}
fn number(id: vec3u, groups: vec3u) -> u32 {
  return invocation(id, groups) + sizes.slice * groups.x * groups.y * ${groupSize}u;
}
`;

/** y[b,oy,ox,f] = act(Σ_{ky,kx,i} x[b, oy s − p + ky d, ox s − p + kx d, g I + i] w[ky,kx,i,f] + bias[f]), g being the group of f, of I channels */
export const groupedShader = (options: { lanes: Lanes; bias: boolean; activation: Activation }) => {
  const { lanes, bias, activation } = options;
  const { pixels, values } = types(lanes);
  return shader<'x' | 'w' | 'y', 'bias'>(
    `conv2d of groups${activation === 'linear' ? '' : ` ${activation}`}`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<${pixels}>;
@group(0) @binding(1) var<storage, read> w: array<${values}>;
@group(0) @binding(2) var<storage, read_write> y: array<${values}>;
${sizes()}
#if ${bias}
@group(0) @binding(4) var<storage, read> bias: array<${values}>;
#endif
#if ${activation !== 'linear'}
${activationChunk(activation)}
#endif
override add_y = false;
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = number(id, groups);
  if (t >= batch * out_height * out_width * filters) { return; }
  let f = t % filters;
  let ox = t / filters % out_width;
  let oy = t / (filters * out_width) % out_height;
  let image = t / (filters * out_width * out_height) * height * width;
  let first = f / group_filters * group_channels;
  var sum = ${values}();
  for (var ky = 0u; ky < kernel_height; ky++) {
    // Above the image it wraps around to a number larger than any side.
    let iy = oy * stride_y + ky * dilation_y - pad_top;
    for (var kx = 0u; kx < kernel_width; kx++) {
      let ix = ox * stride_x + kx * dilation_x - pad_left;
      let inside = (iy < height) & (ix < width);
      let pixel = select(0u, (image + iy * width + ix) * channels + first, inside);
      let tap = (ky * kernel_width + kx) * group_channels * filters + f;
      for (var i = 0u; i < group_channels; i++) {
        sum += select(${pixels}(), x[pixel + i], inside) * w[tap + i * filters];
      }
    }
  }
#if ${bias}
  sum += bias[f];
#endif
#if ${activation !== 'linear'}
  sum = ${lanes === 'none' ? 'activate_one' : 'activate'}(sum);
#endif
  if (add_y) { sum += y[t]; }
  y[t] = sum;
}
`,
  );
};

/** dx[b,iy,ix,c] = Σ_{ky,kx,o} dy[b, (iy + p − ky d)/s, (ix + p − kx d)/s, g O + o] w[ky,kx,i,g O + o] f′(saved), with c the i-th channel of group g, which has O filters */
export const groupedBackwardShader = ({ lanes, slope }: { lanes: Lanes; slope?: Activation }) => {
  const { pixels, values } = types(lanes);
  return shader<'dy' | 'w' | 'dx', 'saved'>(
    `conv2d of groups, backward${slope ? ` ${slope}'` : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<${values}>;
@group(0) @binding(1) var<storage, read> w: array<${values}>;
@group(0) @binding(2) var<storage, read_write> dx: array<${pixels}>;
${sizes()}
#if ${slope !== undefined}
@group(0) @binding(4) var<storage, read> saved: array<${pixels}>;
${activationChunk(slope ?? 'linear')}
#endif
${firstTap()}
override add_dx = false;
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = number(id, groups);
  if (t >= batch * height * width * channels) { return; }
  let c = t % channels;
  let along = t / channels % width + pad_left;
  let down = t / (channels * width) % height + pad_top;
  let image = t / (channels * width * height) * out_height * out_width;
  let first = c / group_channels * group_filters;
  var sum = ${pixels}();
  for (var ky = first_tap(down % stride_y, dilation_y, stride_y, kernel_height); ky < kernel_height; ky += step_y) {
    // Before the first output it wraps around to a number larger than any side.
    let oy = (down - ky * dilation_y) / stride_y;
    if (oy >= out_height) { continue; }
    for (var kx = first_tap(along % stride_x, dilation_x, stride_x, kernel_width); kx < kernel_width; kx += step_x) {
      let ox = (along - kx * dilation_x) / stride_x;
      if (ox >= out_width) { continue; }
      let place = (image + oy * out_width + ox) * filters + first;
      let tap = ((ky * kernel_width + kx) * group_channels + c % group_channels) * filters + first;
      for (var o = 0u; o < group_filters; o++) {
        sum += ${lanes === 'filters' ? 'dot(dy[place + o], w[tap + o])' : 'dy[place + o] * w[tap + o]'};
      }
    }
  }
#if ${slope !== undefined}
  sum *= ${lanes === 'channels' ? 'slope' : 'slope_one'}(saved[t]);
#endif
  if (add_dx) { sum += dx[t]; }
  dx[t] = sum;
}
`,
  );
};

/**
 * dw[ky,kx,i,f] = Σ_{b,oy,ox} dy[b,oy,ox,f] x[b, oy s − p + ky d, ox s − p + kx d, g I + i]. There are few weights and many outputs, so the rows of
 * outputs are divided into `parts`, each with its own sums: dw is [parts, …].
 */
export const groupedWeightsShader = (lanes: Lanes) => {
  const { pixels, values } = types(lanes);
  return shader<'dy' | 'x' | 'dw'>(
    'conv2d of groups, weights',
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<${values}>;
@group(0) @binding(1) var<storage, read> x: array<${pixels}>;
@group(0) @binding(2) var<storage, read_write> dw: array<${values}>;
${sizes()}
override parts: u32;
override add_dw = false;
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = number(id, groups);
  let weights = kernel_height * kernel_width * group_channels * filters;
  if (t >= parts * weights) { return; }
  let f = t % filters;
  let c = f / group_filters * group_channels + t / filters % group_channels;
  let tap = t % weights / (filters * group_channels);
  let right = tap % kernel_width * dilation_x;
  // The outputs of a row for which this tap is inside the image.
  let begin = (max(pad_left, right) - right + stride_x - 1u) / stride_x;
  let end = min(out_width, (max(width + pad_left, right) - right + stride_x - 1u) / stride_x);
  let rows = batch * out_height;
  let share = (rows + parts - 1u) / parts;
  let part = t / weights;
  var sum = ${values}();
  for (var row = part * share; row < min(rows, (part + 1u) * share); row++) {
    let iy = row % out_height * stride_y + tap / kernel_width * dilation_y - pad_top;
    if (iy >= height) { continue; }
    let line = (row / out_height * height + iy) * width + right - pad_left;
    ${inTurn('begin', 'end', '1u', (at) => `dy[(row * out_width + ${at}) * filters + f] * x[(line + ${at} * stride_x) * channels + c]`)}
  }
  if (add_dw) { sum += dw[t]; }
  dw[t] = sum;
}
`,
  );
};
