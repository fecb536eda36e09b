import { load } from './operand.ts';
import { dealt, splitTiles } from './split.ts';
import { enabled, epilogueName, stored, tiles, tilingName, type Operand } from './tiles.ts';
import { once, shader, wgsl } from './wgsl.ts';
import { windowSizes, type ConvVariant } from './window.ts';

/**
 * y[b,oy,ox,f] = act(Σ_{ky,kx,c} x[b, oy s − p + ky d, ox s − p + kx d, c] w[f,ky,kx,c] + bias[f]), with x zero outside the
 * image, and s, p and the dilation d of each axis
 *
 * a[i,k] is the patch of pixel i; k runs along a row of the kernel (kx and c combined) and then down its rows.
 */
export const convShader = /* @__PURE__ */ once(makeConvShader);

function makeConvShader(variant: ConvVariant & { readonly wideRun: boolean }) {
  const { wideChannels, dilated, wideY, tiling } = variant;
  const wideRun = wideChannels || variant.wideRun;
  const [down, across] = dilated ? ['ky * dilation_y', 'kx * dilation_x'] : ['ky', 'kx'];
  return shader<'x' | 'w' | 'y', 'bias' | 'saved'>(
    `conv2d ${tilingName(tiling)}${epilogueName(variant)}`,
    wgsl`
${enabled(tiling)}
@group(0) @binding(0) var<storage, read> x: array<${wideChannels ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> w: array<${wideRun ? 'vec4f' : 'f32'}>;
@group(0) @binding(2) var<storage, read_write> y: array<${wideY ? 'vec4f' : 'f32'}>;
${windowSizes(dilated)}
${stored(variant, 4)}
`,
    () => wgsl`
/** The start of a pixel's patch, as an offset in x and as a position in the image. */
struct Patch { at: i32, top: i32, left: i32 }

fn patch_at(i: u32) -> Patch {
  let width = i32(sizes.width);
  let pixel = i % (sizes.out_height * sizes.out_width);
  let example = i32(i / (sizes.out_height * sizes.out_width));
  let top = i32(pixel / sizes.out_width * sizes.stride_y) - i32(sizes.pad_top);
  let left = i32(pixel % sizes.out_width * sizes.stride_x) - i32(sizes.pad_left);
  // Past the last pixel, every row is outside the image.
  return Patch(((example * i32(sizes.height) + top) * width + left) * i32(sizes.channels), select(-0x8000000, top, example < i32(sizes.batch)), left);
}

#if ${wideChannels}
/** The offset of the channels of one pixel of a patch, in vec4s; negative outside the image. */
fn tap_at(patch_: Patch, ky: u32, kx: u32, height: u32, width: u32, line: u32, channels: u32) -> i32 {
  let inside = (u32(patch_.top + i32(ky)) < height) & (u32(patch_.left + i32(kx)) < width);
  return select(-1, (patch_.at + i32(ky * line + kx * channels)) / 4, inside);
}

fn load_x(tap: i32, c: u32) -> vec4f {
  // Without a branch, because a CPU would take it for each invocation in turn.
  return select(vec4f(), x[max(tap, 0) + i32(c)], tap >= 0);
}
#else
/** Four neighbours in row ky of a patch, from j on, along pixels and channels combined. */
fn load_x(patch_: Patch, ky: u32, j: u32, height: u32, width: u32, line: u32, channels: u32) -> vec4f {
#if ${dilated}
  let near = i32(j) + vec4i(0, 1, 2, 3);
  let each = near + near / i32(channels) * i32(channels * (sizes.dilation_x - 1u));
#else
  let each = i32(j) + vec4i(0, 1, 2, 3);
#endif
  let left = patch_.left * i32(channels);
  let end = select(0, min(i32(sizes.kernel_width * channels${dilated ? ' * sizes.dilation_x' : ''}), i32(line) - left), u32(patch_.top + i32(ky)) < height);
  let inside = (each >= vec4i(max(0, -left))) & (each < vec4i(end));
  let places = select(vec4i(), patch_.at + i32(ky * line) + each, inside);
  return select(vec4f(), vec4f(x[places.x], x[places.y], x[places.z], x[places.w]), inside);
}
#endif
${load('w', { wide: wideRun, fill: false })}
${(tiling.split ? splitTiles : tiles)({
  tiling,
  head: wgsl`
  let m = sizes.batch * sizes.out_height * sizes.out_width;
  let n = sizes.filters;
  let height = sizes.height;
  let width = sizes.width;
  let channels = sizes.channels;
  let line = width * channels;
  let kernel_height = sizes.kernel_height;
  let kernel_width = sizes.kernel_width;
  let run = kernel_width * channels;
  let kernels = n * kernel_height;
#if ${dilated}
  let dilation_y = sizes.dilation_y;
  let dilation_x = sizes.dilation_x;
#endif`,
  before: (rows, columns) => `
  ${Array.from({ length: rows }, (_, i) => `let patch${i} = patch_at(row + ${i}u);`).join('\n  ')}
  ${wideChannels ? Array.from({ length: columns }, (_, i) => `let kernel${i} = (column + ${i}u) * kernel_height * run / 4u;`).join('\n  ') : ''}`,
  ...(wideChannels
    ? {
        open: (rows: number) => `
  for (var ky = 0u; ky < kernel_height; ky++) { for (var kx = 0u; kx < kernel_width; kx++) {
  ${Array.from({ length: rows }, (_, i) => `let tap${i} = tap_at(patch${i}, ${down}, ${across}, height, width, line, channels);`).join('\n  ')}
  let tap_w = (ky * run + kx * channels) / 4u;
  for (var c = 0u; c < channels / 4u; c++) {
  ${dealt(tiling, '(tap_w + c) / 2u')}`,
        close: '} } }',
        a: { along: 'k', four: (q, c) => `load_x(tap${4 * q + c}, c)` } satisfies Operand,
        b: { along: 'k', four: (q, c) => `w[kernel${4 * q + c} + tap_w + c]` } satisfies Operand,
      }
    : {
        open: `for (var ky = 0u; ky < kernel_height; ky++) { for (var j = 0u; j < run; j += 4u) { ${dealt(tiling, '(ky * run + j) / 8u')}`,
        close: '} }',
        a: {
          along: 'k',
          four: (q, c) => `load_x(patch${4 * q + c}, ${down}, j, height, width, line, channels)`,
        } satisfies Operand,
        b: {
          along: 'k',
          four: (q, c) => `load_w((column + ${4 * q + c}u) * kernel_height + ky, j, kernels, run)`,
        } satisfies Operand,
      }),
})}
`,
  );
}
