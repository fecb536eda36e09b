import { activation, type Activation } from './activation.ts';
import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/** How `upsample2d` makes new pixels: by repeating each pixel, or by weighted means of neighbouring pixels. */
export type Interpolation = 'nearest' | 'bilinear';

export interface UpsampleVariant {
  readonly kind: Interpolation;
  /** Channels are whole vec4s, and one invocation computes four of them; `channels` then counts vec4s. */
  readonly wide: boolean;
  /** The gradient is multiplied by the slope of this activation, at the tensor bound to `saved`. */
  readonly slope?: Activation;
}

const sides = () => wgsl`
override batch: u32;
override height: u32;
override width: u32;
override channels: u32;
override factor_y: u32;
override factor_x: u32;
`;

/**
 * Chunk: `share(o, i)`, the bilinear weight of pixel i of an axis in output o. The value of a pixel is at its centre (`align_corners = False` in
 * PyTorch, `half_pixel_centers` in TensorFlow); beyond the outermost centres the value is constant.
 */
const share = () => wgsl`
fn share(o: u32, i: u32, side: u32, factor: u32) -> f32 {
  let at = clamp((f32(o) + 0.5) / f32(factor) - 0.5, 0.0, f32(side - 1u));
  return max(0.0, 1.0 - abs(at - f32(i)));
}
`;

/** y[b,oy,ox,c] = Σ_{iy,ix} share(oy,iy) share(ox,ix) x[b,iy,ix,c], an image factor_y times as high and factor_x times as wide */
export const upsampleForward = ({ kind, wide }: UpsampleVariant) => {
  const element = wide ? 'vec4f' : 'f32';
  return shader<'x' | 'y'>(
    `upsample2d ${kind}`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<${element}>;
@group(0) @binding(1) var<storage, read_write> y: array<${element}>;
${sides()}
${grid}
#if ${kind === 'bilinear'}
${share()}
#endif
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let line = width * factor_x;
#if ${kind === 'nearest'}
  // One invocation writes all copies of a pixel.
  if (t >= batch * height * width * channels) { return; }
  let value = x[t];
  let first = (t / (channels * width) * factor_y * line + t / channels % width * factor_x) * channels + t % channels;
  for (var ky = 0u; ky < factor_y; ky++) {
    for (var kx = 0u; kx < factor_x; kx++) { y[first + (ky * line + kx) * channels] = value; }
  }
#else
  if (t >= batch * height * factor_y * line * channels) { return; }
  let c = t % channels;
  let oy = t / (channels * line) % (height * factor_y);
  let ox = t / channels % line;
  let image = t / (channels * line * height * factor_y) * height;
  // The pixels before and after the output's centre, where they exist.
  let first_y = u32(max(0, (i32(2u * oy + 1u) - i32(factor_y)) / i32(2u * factor_y)));
  let first_x = u32(max(0, (i32(2u * ox + 1u) - i32(factor_x)) / i32(2u * factor_x)));
  var sum = ${element}();
  for (var iy = first_y; iy < min(first_y + 2u, height); iy++) {
    for (var ix = first_x; ix < min(first_x + 2u, width); ix++) {
      sum += share(oy, iy, height, factor_y) * share(ox, ix, width, factor_x) * x[((image + iy) * width + ix) * channels + c];
    }
  }
  y[t] = sum;
#endif
}
`,
  );
};

/** dx[b,iy,ix,c] = Σ_{oy,ox} share(oy,iy) share(ox,ix) dy[b,oy,ox,c], times f′(saved) */
export const upsampleBackward = ({ kind, wide, slope }: UpsampleVariant) => {
  const element = wide ? 'vec4f' : 'f32';
  return shader<'dy' | 'dx', 'saved'>(
    `upsample2d ${kind} backward${slope ? ` ${slope}'` : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<${element}>;
@group(0) @binding(1) var<storage, read_write> dx: array<${element}>;
#if ${slope !== undefined}
@group(0) @binding(2) var<storage, read> saved: array<${element}>;
${activation(slope ?? 'linear')}
#endif
${sides()}
override add_dx = false;
${grid}
#if ${kind === 'bilinear'}
${share()}
#endif
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch * height * width * channels) { return; }
  let c = t % channels;
  let iy = t / (channels * width) % height;
  let ix = t / channels % width;
  let image = t / (channels * width * height) * height * factor_y;
  var sum = ${element}();
#if ${kind === 'nearest'}
  let line = width * factor_x;
  let first = ((image + iy * factor_y) * line + ix * factor_x) * channels + c;
  for (var ky = 0u; ky < factor_y; ky++) {
    for (var kx = 0u; kx < factor_x; kx++) { sum += dy[first + (ky * line + kx) * channels]; }
  }
#else
  // A pixel has weight up to its neighbours' centres.
  for (var oy = (max(iy, 1u) - 1u) * factor_y; oy < min(iy + 2u, height) * factor_y; oy++) {
    for (var ox = (max(ix, 1u) - 1u) * factor_x; ox < min(ix + 2u, width) * factor_x; ox++) {
      sum += share(oy, iy, height, factor_y) * share(ox, ix, width, factor_x) * dy[((image + oy) * width * factor_x + ox) * channels + c];
    }
  }
#endif
#if ${slope !== undefined}
  sum *= ${wide ? 'slope' : 'slope_one'}(saved[t]);
#endif
  if (add_dx) { sum += dx[t]; }
  dx[t] = sum;
}
`,
  );
};

/** y[b,iy,ix,c] = the mean of x over the part inside the image of the box of factor_y × factor_x pixels that contains (iy, ix) */
export const coarsenShader = () =>
  shader<'x' | 'y'>(
    'downsample',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
${sides()}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch * height * width * channels) { return; }
  let c = t % channels;
  let top = t / (channels * width) % height / factor_y * factor_y;
  let left = t / channels % width / factor_x * factor_x;
  let bottom = min(top + factor_y, height);
  let right = min(left + factor_x, width);
  let image = t / (channels * width * height) * height;
  var sum = 0.0;
  for (var iy = top; iy < bottom; iy++) {
    for (var ix = left; ix < right; ix++) { sum += x[((image + iy) * width + ix) * channels + c]; }
  }
  y[t] = sum / f32((bottom - top) * (right - left));
}
`,
  );
