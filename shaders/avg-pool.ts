import { activation } from './activation.ts';
import { grid, groupSize } from './grid.ts';
import { sides, types, type PoolVariant } from './pool.ts';
import { shader, wgsl } from './wgsl.ts';

/** Chunk `share(oy, ox)`: the weight of each pixel in the window of output (oy, ox), which is 1 / (pixels of the window inside the image). */
const share = () => wgsl`
fn share(oy: u32, ox: u32) -> f32 {
  let top = i32(oy * stride_y) - i32(pad_top);
  let left = i32(ox * stride_x) - i32(pad_left);
  let down = min(top + i32(kernel_height), i32(height)) - max(top, 0);
  let across = min(left + i32(kernel_width), i32(width)) - max(left, 0);
  return 1.0 / f32(down * across);
}
`;

/** y[b,oy,ox,c] = mean_{ky,kx} x[b, oy s − p + ky, ox s − p + kx, c] over the pixels inside the image, with s and p of each axis */
export const avgPoolForward = ({ wide }: Pick<PoolVariant, 'wide'>) => {
  const { values } = types(wide);
  return shader<'x' | 'y'>(
    'avgPool2d',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<${values}>;
@group(0) @binding(1) var<storage, read_write> y: array<${values}>;
${sides()}
${share()}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch * out_height * out_width * channels) { return; }
  let c = t % channels;
  let oy = t / (channels * out_width) % out_height;
  let ox = t / channels % out_width;
  let image = t / (channels * out_width * out_height) * height * width;
  var sum = ${values}();
  for (var ky = 0u; ky < kernel_height; ky++) {
    let iy = oy * stride_y + ky - pad_top;
    for (var kx = 0u; kx < kernel_width; kx++) {
      let ix = ox * stride_x + kx - pad_left;
      // Without a branch, because a CPU would take it for each invocation in turn.
      let inside = (iy < height) & (ix < width);
      sum += select(${values}(), x[select(0u, (image + iy * width + ix) * channels + c, inside)], inside);
    }
  }
  y[t] = sum * share(oy, ox);
}
`,
  );
};

/** dx[b,iy,ix,c] = Σ dy[b,oy,ox,c] / pixels over the outputs whose window contains this pixel, times f′(saved) */
export const avgPoolBackward = ({ wide, slope }: Omit<PoolVariant, 'tiled'>) => {
  const { values } = types(wide);
  return shader<'dy' | 'dx', 'saved'>(
    `avgPool2d backward${slope ? ` ${slope}'` : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> dy: array<${values}>;
@group(0) @binding(1) var<storage, read_write> dx: array<${values}>;
#if ${slope !== undefined}
@group(0) @binding(2) var<storage, read> saved: array<${values}>;
${activation(slope ?? 'linear')}
#endif
${sides()}
override add_dx = false;
${share()}
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch * height * width * channels) { return; }
  let c = t % channels;
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
      sum += share(oy, ox) * dy[(image + oy * out_width + ox) * channels + c];
    }
  }
#if ${slope !== undefined}
  sum *= ${wide ? 'slope' : 'slope_one'}(saved[t]);
#endif
  if (add_dx) { sum += dx[t]; }
  dx[t] = sum;
}
`,
  );
};
