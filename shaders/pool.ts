import { activation, type Activation } from './activation.ts';
import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

export interface PoolVariant {
  /** Channels are whole vec4s, and one invocation computes four of them; `channels` then counts vec4s. */
  readonly wide: boolean;
  /** The gradient is multiplied by the slope of this activation, at the tensor bound to `saved`. */
  readonly slope?: Activation;
  /** Windows do not overlap and leave no gap: each pixel is in exactly one. */
  readonly tiled?: boolean;
}

/** WGSL types of a value and of a position in a window. */
export const types = (wide: boolean) =>
  wide ? { values: 'vec4f', places: 'vec4u' } : { values: 'f32', places: 'u32' };

/** Chunk: the sides of images and windows. */
export const sides = () => wgsl`
override batch: u32;
override height: u32;
override width: u32;
override channels: u32;
override out_height: u32;
override out_width: u32;
override kernel_height: u32;
override kernel_width: u32;
override stride_y: u32;
override stride_x: u32;
override pad_top: u32;
override pad_left: u32;
`;

/** y[b,oy,ox,c] = max_{ky,kx} x[b, oy s − p + ky, ox s − p + kx, c] over the pixels inside the image, with s and p of each axis; at = the tap that has it, the first of equals */
export const maxPoolForward = ({ wide }: PoolVariant) => {
  const { values, places } = types(wide);
  return shader<'x' | 'y' | 'at'>(
    'maxPool2d',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<${values}>;
@group(0) @binding(1) var<storage, read_write> y: array<${values}>;
@group(0) @binding(2) var<storage, read_write> at: array<${places}>;
${sides()}
const none = 0xffffffffu;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch * out_height * out_width * channels) { return; }
  let c = t % channels;
  let top = i32(t / (channels * out_width) % out_height * stride_y) - i32(pad_top);
  let left = i32(t / channels % out_width * stride_x) - i32(pad_left);
  let image = t / (channels * out_width * out_height) * height * width;
  var best = ${values}(-3.4e38);
  var best_at = ${places}(none);
  for (var ky = 0u; ky < kernel_height; ky++) {
    let iy = u32(top + i32(ky));
    for (var kx = 0u; kx < kernel_width; kx++) {
      let ix = u32(left + i32(kx));
      // Without a branch, because a CPU would take it for each invocation in turn.
      let inside = (iy < height) & (ix < width);
      let value = x[select(0u, (image + iy * width + ix) * channels + c, inside)];
      let larger = ${wide ? 'vec4<bool>(inside)' : 'inside'} & ((value > best) | (best_at == ${places}(none)));
      best = select(best, value, larger);
      best_at = select(best_at, ${places}(ky * kernel_width + kx), larger);
    }
  }
  y[t] = best;
  at[t] = best_at;
}
`,
  );
};

/** dx[b,iy,ix,c] = Σ dy[b,oy,ox,c] over the outputs whose maximum is this pixel, times f′(saved) */
export const maxPoolBackward = ({ wide, slope, tiled = false }: PoolVariant) => {
  const { values, places } = types(wide);
  return shader<'dy' | 'at' | 'dx', 'saved'>(
    `maxPool2d backward${slope ? ` ${slope}'` : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<${values}>;
@group(0) @binding(1) var<storage, read> at: array<${places}>;
@group(0) @binding(2) var<storage, read_write> dx: array<${values}>;
#if ${slope !== undefined}
@group(0) @binding(3) var<storage, read> saved: array<${values}>;
${activation(slope ?? 'linear')}
#endif
${sides()}
override add_dx = false;
${grid}
fn store(t: u32, sum: ${values}) {
  var v = sum;
#if ${slope !== undefined}
  v *= ${wide ? 'slope' : 'slope_one'}(saved[t]);
#endif
  if (add_dx) { v += dx[t]; }
  dx[t] = v;
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let c = t % channels;
#if ${tiled}
  // One invocation computes all pixels of a window. The windows also cover pixels past the last output.
  let down = (height + pad_top + kernel_height - 1u) / kernel_height;
  let across = (width + pad_left + kernel_width - 1u) / kernel_width;
  if (t >= batch * down * across * channels) { return; }
  let oy = t / (channels * across) % down;
  let ox = t / channels % across;
  let example = t / (channels * across * down);
  let known = (oy < out_height) & (ox < out_width);
  let place = select(0u, ((example * out_height + oy) * out_width + ox) * channels + c, known);
  let gradient = select(${values}(), dy[place], known);
  let tap = at[place];
  for (var ky = 0u; ky < kernel_height; ky++) {
    let iy = oy * kernel_height + ky - pad_top;
    for (var kx = 0u; kx < kernel_width; kx++) {
      let ix = ox * kernel_width + kx - pad_left;
      if (iy < height && ix < width) {
        store(((example * height + iy) * width + ix) * channels + c, select(${values}(), gradient, tap == ${places}(ky * kernel_width + kx)));
      }
    }
  }
#else
  if (t >= batch * height * width * channels) { return; }
  let down = t / (channels * width) % height + pad_top;
  let along = t / channels % width + pad_left;
  let image = t / (channels * width * height) * out_height * out_width;
  var sum = ${values}();
  for (var ky = down % stride_y; ky < kernel_height; ky += stride_y) {
    let oy = (down - ky) / stride_y;
    if (down < ky || oy >= out_height) { continue; }
    for (var kx = along % stride_x; kx < kernel_width; kx += stride_x) {
      let ox = (along - kx) / stride_x;
      if (along < kx || ox >= out_width) { continue; }
      let place = (image + oy * out_width + ox) * channels + c;
      sum += select(${values}(), dy[place], at[place] == ${places}(ky * kernel_width + kx));
    }
  }
  store(t, sum);
#endif
}
`,
  );
};
