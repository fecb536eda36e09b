import { load } from './operand.ts';
import { dealt, splitTiles } from './split.ts';
import { enabled, epilogueName, filling, stored, tiles, tilingName } from './tiles.ts';
import { once, shader, wgsl } from './wgsl.ts';
import { windowSizes, type ConvVariant } from './window.ts';

/** Chunk `first_tap(…)`: the first tap that reaches pixels `behind` a multiple of the stride, or the number of taps if no tap does. */
export const firstTap = () => wgsl`
fn first_tap(behind: u32, dilation: u32, stride: u32, taps: u32) -> u32 {
  var tap = 0u;
  while (tap < taps && tap * dilation % stride != behind) { tap++; }
  return tap;
}
`;

/**
 * y[b,iy,ix,c] = act(Σ_{ky,kx,f} x[b, (iy + p − ky d)/s, (ix + p − kx d)/s, f] w[f,ky,kx,c] + bias[c]), over the ky and kx for which the quotients
 * are whole and inside the image x [batch, out height, out width, filters]. This is the transposed convolution, and the gradient of a
 * convolution with respect to its image.
 *
 * s, p and the dilation d are those of each axis. With strides s, pixels form s_y · s_x classes, each with its own taps. Rows are sorted by class,
 * and each class is padded to whole tiles: all rows of a tile then have the same taps, and no product with zero is computed.
 */
export const convTransposeShader = /* @__PURE__ */ once(makeConvTransposeShader);

function makeConvTransposeShader(variant: ConvVariant) {
  const { wideChannels, wideFilters, dilated, wideY, tiling } = variant;
  // Without dilation, the first tap of a class is the distance of its pixels from a multiple of the stride.
  const behind = dilated ? 'behind' : 'first';
  const [down, across] = dilated ? ['ky * dilation_y', 'kx * dilation_x'] : ['ky', 'kx'];
  const [step_y, step_x] = dilated ? ['step_y', 'step_x'] : ['stride_y', 'stride_x'];
  return shader<'x' | 'w' | 'y', 'bias' | 'saved'>(
    `conv2d transposed ${tilingName(tiling)}${epilogueName(variant)}`,
    wgsl`
${enabled(tiling)}
@group(0) @binding(0) var<storage, read> x: array<${wideFilters ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> w: array<${wideChannels ? 'vec4f' : 'f32'}>;
@group(0) @binding(2) var<storage, read_write> y: array<${wideY ? 'vec4f' : 'f32'}>;
${windowSizes(dilated)}
${stored(variant, 4, 'pixel_at(i).index')}
`,
    () => wgsl`
fn in_class() -> u32 {
  let down = (sizes.height + sizes.stride_y - 1u) / sizes.stride_y;
  let across = (sizes.width + sizes.stride_x - 1u) / sizes.stride_x;
  return down * across * sizes.batch;
}

${filling(tiling)}
fn class_rows() -> u32 {
  return filled_rows(in_class());
}

/** A pixel of y: its index, or none, and the position in x that its first tap reads. */
struct Pixel { index: u32, at: i32, row: i32, column: i32 }

fn pixel_at(i: u32) -> Pixel {
  let stride_y = sizes.stride_y;
  let stride_x = sizes.stride_x;
  let class_ = i / class_rows();
  let r = i % class_rows();
  let across = (sizes.width + stride_x - 1u) / stride_x;
  let down = (sizes.height + stride_y - 1u) / stride_y;
  let iy = r / across % down * stride_y + class_ / stride_x;
  let ix = r % across * stride_x + class_ % stride_x;
  if (class_ >= stride_y * stride_x || r >= in_class() || iy >= sizes.height || ix >= sizes.width) { return Pixel(none, 0, -1, 0); }
  let example = r / (across * down);
  let row = i32((iy + sizes.pad_top) / stride_y);
  let column = i32((ix + sizes.pad_left) / stride_x);
  let at = (i32(example * sizes.out_height) + row) * i32(sizes.out_width) + column;
  return Pixel((example * sizes.height + iy) * sizes.width + ix, at * i32(sizes.filters), row, column);
}

#if ${wideFilters}
/** The offset of the filters, in vec4s, ty rows above and tx columns before a pixel's first tap; negative outside the image. */
fn tap_at(pixel: Pixel, ty: i32, tx: i32, height: u32, width: u32, filters: i32) -> i32 {
  // Converted to u32, a negative number is larger than any side.
  let inside = (u32(pixel.row - ty) < height) & (u32(pixel.column - tx) < width) & (pixel.row >= 0);
  return select(-1, (pixel.at - (ty * i32(width) + tx) * filters) / 4, inside);
}

fn load_x(tap: i32, f: u32) -> vec4f {
  return select(vec4f(), x[max(tap, 0) + i32(f / 4u)], tap >= 0);
}
#else
/** Four neighbours along taps and filters combined; with few filters, four taps. */
fn load_x(pixel: Pixel, ty: i32, tx: vec4i, f: vec4i, height: u32, width: u32, filters: i32) -> vec4f {
  let inside = (vec4u(pixel.column - tx) < vec4u(width)) & vec4<bool>(u32(pixel.row - ty) < height && pixel.row >= 0);
  let places = select(vec4i(), pixel.at - (ty * i32(width) + tx) * filters + f, inside);
  return select(vec4f(), vec4f(x[places.x], x[places.y], x[places.z], x[places.w]), inside);
}
#endif
${load('w', { wide: wideChannels, fill: !wideFilters })}
#if ${dilated}
${firstTap()}
#endif
${(tiling.split ? splitTiles : tiles)({
  tiling,
  head: wgsl`
  let stride_y = sizes.stride_y;
  let stride_x = sizes.stride_x;
  let m = stride_y * stride_x * class_rows();
  let n = sizes.channels;
  let filters = sizes.filters;
  let height = sizes.out_height;
  let width = sizes.out_width;
  let kernel_height = sizes.kernel_height;
  let kernel_width = sizes.kernel_width;
  let taps = kernel_height * kernel_width;
#if ${dilated}
  let dilation_y = sizes.dilation_y;
  let dilation_x = sizes.dilation_x;
  let step_y = sizes.step_y;
  let step_x = sizes.step_x;
#endif`,
  before: (rows) => wgsl`
  ${Array.from({ length: rows }, (_, i) => `let pixel${i} = pixel_at(row + ${i}u);`).join('\n  ')}
  let class_ = row / class_rows();
  let ${behind}_y = (class_ / stride_x + sizes.pad_top) % stride_y;
  let ${behind}_x = (class_ % stride_x + sizes.pad_left) % stride_x;
#if ${dilated}
  let first_y = first_tap(behind_y, dilation_y, stride_y, kernel_height);
  let first_x = first_tap(behind_x, dilation_x, stride_x, kernel_width);
#endif`,
  // A row of w belongs to one filter at one tap.
  open: wideFilters
    ? (rows) => `
  for (var ky = first_y; ky < kernel_height; ky += ${step_y}) {
  let ty = i32(${down} / stride_y);
  for (var kx = first_x; kx < kernel_width; kx += ${step_x}) {
  let tx = i32(${across} / stride_x);
  ${Array.from({ length: rows }, (_, i) => `let tap${i} = tap_at(pixel${i}, ty, tx, height, width, i32(filters));`).join('\n  ')}
  for (var f = 0u; f < filters; f += 4u) {
  ${dealt(tiling, '(u32(ty * i32(kernel_width) + tx) * filters + f) / 8u')}
  let rows = (f + vec4u(0u, 1u, 2u, 3u)) * taps + ky * kernel_width + kx;`
    : wgsl`
  let run = (kernel_width - min(first_x, kernel_width) + ${step_x} - 1u) / ${step_x} * filters;
  for (var ky = first_y; ky < kernel_height; ky += ${step_y}) {
  let ty = i32(${down} / stride_y);
  for (var j = 0u; j < run; j += 4u) {
  ${dealt(tiling, '(ky / stride_y * kernel_width * filters + j) / 8u')}
  let each = j + vec4u(0u, 1u, 2u, 3u);
#if ${dilated}
  let columns = first_x + each / filters * step_x;
  let tx = vec4i(columns * dilation_x / stride_x);
#else
  let tx = vec4i(each / filters);
#endif
  let f = vec4i(each % filters);
  // Past the last tap the row is past the end of w.
  let rows = select(vec4u(filters * taps), vec4u(f) * taps + ky * kernel_width + ${dilated ? 'columns' : 'first_x + vec4u(tx) * stride_x'}, each < vec4u(run));`,
  close: wideFilters ? '} } }' : '} }',
  a: {
    along: 'k',
    four: (q, c) =>
      wideFilters ? `load_x(tap${4 * q + c}, f)` : `load_x(pixel${4 * q + c}, ty, tx, f, height, width, i32(filters))`,
  },
  b: { along: 'side', four: (q, c) => `load_w(rows[${c}], column + ${4 * q}u, filters * taps, n)` },
})}
`,
  );
}
