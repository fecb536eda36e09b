import { columnSums, load } from './operand.ts';
import { enabled, epilogueName, filling, stored, tiles, tilingName, type Epilogue, type Operand, type Tiling } from './tiles.ts';
import { shader, wgsl } from './wgsl.ts';

// All three products of a convolution are matrix products whose one side is never written down. Images are [batch, height, width, channels],
// weights [filters, kernel height, kernel width, channels]: a row of a patch and a row of a kernel are then each one stretch of memory.

export interface ConvVariant extends Epilogue {
  /** Channels, and filters, are whole vec4s. */
  readonly wideChannels: boolean;
  readonly wideFilters: boolean;
  readonly tiling: Tiling;
}

const sizes = wgsl`
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes {
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  filters: u32,
  out_height: u32,
  out_width: u32,
  kernel_height: u32,
  kernel_width: u32,
  stride: u32,
  pad_top: u32,
  pad_left: u32,
  parts: u32,
  add_y: u32,
  add_sums: u32
}
`;

/**
 * y[b,oy,ox,f] = act(Σ_{ky,kx,c} x[b, oy s − p + ky, ox s − p + kx, c] w[f,ky,kx,c] + bias[f]), x zero outside of the image
 *
 * a[i,k] is the patch of pixel i, k goes along a row of the kernel (kx and c at once) and then down its rows.
 */
export function convShader(variant: ConvVariant & { readonly wideRun: boolean }) {
  const { wideChannels, wideY, tiling } = variant;
  const wideRun = wideChannels || variant.wideRun;
  return shader<'x' | 'w' | 'y', 'bias' | 'saved'>(
    `conv2d ${tilingName(tiling)}${epilogueName(variant)}`,
    wgsl`
${enabled(tiling)}
@group(0) @binding(0) var<storage, read> x: array<${wideChannels ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> w: array<${wideRun ? 'vec4f' : 'f32'}>;
@group(0) @binding(2) var<storage, read_write> y: array<${wideY ? 'vec4f' : 'f32'}>;
${sizes}
${stored(variant, 4)}
/** Where a pixel's patch begins in x, and in the image. */
struct Patch { at: i32, top: i32, left: i32 }

fn patch_at(i: u32) -> Patch {
  let width = i32(sizes.width);
  let pixel = i % (sizes.out_height * sizes.out_width);
  let example = i32(i / (sizes.out_height * sizes.out_width));
  let top = i32(pixel / sizes.out_width * sizes.stride) - i32(sizes.pad_top);
  let left = i32(pixel % sizes.out_width * sizes.stride) - i32(sizes.pad_left);
  // Past the last pixel no row lies in the image.
  return Patch(((example * i32(sizes.height) + top) * width + left) * i32(sizes.channels), select(-0x8000000, top, example < i32(sizes.batch)), left);
}

#if ${wideChannels}
/** Where the channels of one pixel of a patch begin, in vec4s; below zero if it lies outside of the image. */
fn tap_at(patch_: Patch, ky: u32, kx: u32, height: u32, width: u32, line: u32, channels: u32) -> i32 {
  let inside = (u32(patch_.top + i32(ky)) < height) & (u32(patch_.left + i32(kx)) < width);
  return select(-1, (patch_.at + i32(ky * line + kx * channels)) / 4, inside);
}

fn load_x(tap: i32, c: u32) -> vec4f {
  // Without a branch: a processor would run through it for each invocation in turn.
  return select(vec4f(), x[max(tap, 0) + i32(c)], tap >= 0);
}
#else
/** Four neighbours in row ky of a patch, from j on, along pixels and channels at once. */
fn load_x(patch_: Patch, ky: u32, j: u32, height: u32, width: u32, line: u32, channels: u32) -> vec4f {
  let each = i32(j) + vec4i(0, 1, 2, 3);
  let left = patch_.left * i32(channels);
  let end = select(0, min(i32(sizes.kernel_width * channels), i32(line) - left), u32(patch_.top + i32(ky)) < height);
  let inside = (each >= vec4i(max(0, -left))) & (each < vec4i(end));
  let places = select(vec4i(), patch_.at + i32(ky * line) + each, inside);
  return select(vec4f(), vec4f(x[places.x], x[places.y], x[places.z], x[places.w]), inside);
}
#endif
${load('w', { wide: wideRun, fill: false })}
${tiles({
  tiling,
  head: `
  let m = sizes.batch * sizes.out_height * sizes.out_width;
  let n = sizes.filters;
  let height = sizes.height;
  let width = sizes.width;
  let channels = sizes.channels;
  let line = width * channels;
  let kernel_height = sizes.kernel_height;
  let kernel_width = sizes.kernel_width;
  let run = kernel_width * channels;
  let kernels = n * kernel_height;`,
  before: (rows, columns) => `
  ${Array.from({ length: rows }, (_, i) => `let patch${i} = patch_at(row + ${i}u);`).join('\n  ')}
  ${wideChannels ? Array.from({ length: columns }, (_, i) => `let kernel${i} = (column + ${i}u) * kernel_height * run / 4u;`).join('\n  ') : ''}`,
  ...(wideChannels
    ? {
        open: (rows: number) => `
  for (var ky = 0u; ky < kernel_height; ky++) { for (var kx = 0u; kx < kernel_width; kx++) {
  ${Array.from({ length: rows }, (_, i) => `let tap${i} = tap_at(patch${i}, ky, kx, height, width, line, channels);`).join('\n  ')}
  let tap_w = (ky * run + kx * channels) / 4u;
  for (var c = 0u; c < channels / 4u; c++) {`,
        close: '} } }',
        a: { along: 'k', four: (q, c) => `load_x(tap${4 * q + c}, c)` } satisfies Operand,
        b: { along: 'k', four: (q, c) => `w[kernel${4 * q + c} + tap_w + c]` } satisfies Operand,
      }
    : {
        open: 'for (var ky = 0u; ky < kernel_height; ky++) { for (var j = 0u; j < run; j += 4u) {',
        close: '} }',
        a: { along: 'k', four: (q, c) => `load_x(patch${4 * q + c}, ky, j, height, width, line, channels)` } satisfies Operand,
        b: { along: 'k', four: (q, c) => `load_w((column + ${4 * q + c}u) * kernel_height + ky, j, kernels, run)` } satisfies Operand,
      }),
})}
`,
  );
}

/**
 * y[b,iy,ix,c] = act(Σ_{ky,kx,f} x[b, (iy + p − ky)/s, (ix + p − kx)/s, f] w[f,ky,kx,c] + bias[c]), over those ky and kx for which the quotients
 * are whole and in the image x [batch, out height, out width, filters]: the gradient of a convolution with respect to its image, and the
 * transposed convolution.
 *
 * With stride s, pixels fall into s² classes, each with taps of its own. Rows are sorted by class, each filled up to whole tiles, so that
 * all rows of a tile have the same taps and none is multiplied by zero.
 */
export function convTransposeShader(variant: ConvVariant) {
  const { wideChannels, wideFilters, wideY, tiling } = variant;
  return shader<'x' | 'w' | 'y', 'bias' | 'saved'>(
    `conv2d transposed ${tilingName(tiling)}${epilogueName(variant)}`,
    wgsl`
${enabled(tiling)}
@group(0) @binding(0) var<storage, read> x: array<${wideFilters ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> w: array<${wideChannels ? 'vec4f' : 'f32'}>;
@group(0) @binding(2) var<storage, read_write> y: array<${wideY ? 'vec4f' : 'f32'}>;
${sizes}
${stored(variant, 4, 'pixel_at(i).index')}
fn in_class() -> u32 {
  let s = sizes.stride;
  return (sizes.height + s - 1u) / s * ((sizes.width + s - 1u) / s) * sizes.batch;
}

${filling(tiling)}
fn class_rows() -> u32 {
  return filled_rows(in_class());
}

/** A pixel of y: its number, or none; and where its first tap lies in x. */
struct Pixel { index: u32, at: i32, row: i32, column: i32 }

fn pixel_at(i: u32) -> Pixel {
  let s = sizes.stride;
  let class_ = i / class_rows();
  let r = i % class_rows();
  let across = (sizes.width + s - 1u) / s;
  let down = (sizes.height + s - 1u) / s;
  let iy = r / across % down * s + class_ / s;
  let ix = r % across * s + class_ % s;
  if (class_ >= s * s || r >= in_class() || iy >= sizes.height || ix >= sizes.width) { return Pixel(none, 0, -1, 0); }
  let example = r / (across * down);
  let row = i32((iy + sizes.pad_top) / s);
  let column = i32((ix + sizes.pad_left) / s);
  let at = (i32(example * sizes.out_height) + row) * i32(sizes.out_width) + column;
  return Pixel((example * sizes.height + iy) * sizes.width + ix, at * i32(sizes.filters), row, column);
}

#if ${wideFilters}
/** Where the filters begin, in vec4s, ty rows above and tx columns before a pixel's first tap; below zero if that lies outside. */
fn tap_at(pixel: Pixel, ty: i32, tx: i32, height: u32, width: u32, filters: i32) -> i32 {
  // Negative ones become larger than any side.
  let inside = (u32(pixel.row - ty) < height) & (u32(pixel.column - tx) < width) & (pixel.row >= 0);
  return select(-1, (pixel.at - (ty * i32(width) + tx) * filters) / 4, inside);
}

fn load_x(tap: i32, f: u32) -> vec4f {
  return select(vec4f(), x[max(tap, 0) + i32(f / 4u)], tap >= 0);
}
#else
/** Four neighbours along taps and filters at once: where there are few filters, four taps. */
fn load_x(pixel: Pixel, ty: i32, tx: vec4i, f: vec4i, height: u32, width: u32, filters: i32) -> vec4f {
  let inside = (vec4u(pixel.column - tx) < vec4u(width)) & vec4<bool>(u32(pixel.row - ty) < height && pixel.row >= 0);
  let places = select(vec4i(), pixel.at - (ty * i32(width) + tx) * filters + f, inside);
  return select(vec4f(), vec4f(x[places.x], x[places.y], x[places.z], x[places.w]), inside);
}
#endif
${load('w', { wide: wideChannels, fill: !wideFilters })}
${tiles({
  tiling,
  head: `
  let stride = sizes.stride;
  let m = stride * stride * class_rows();
  let n = sizes.channels;
  let filters = sizes.filters;
  let height = sizes.out_height;
  let width = sizes.out_width;
  let kernel_height = sizes.kernel_height;
  let kernel_width = sizes.kernel_width;
  let taps = kernel_height * kernel_width;`,
  before: (rows) => `
  ${Array.from({ length: rows }, (_, i) => `let pixel${i} = pixel_at(row + ${i}u);`).join('\n  ')}
  let class_ = row / class_rows();
  let first_y = (class_ / stride + sizes.pad_top) % stride;
  let first_x = (class_ % stride + sizes.pad_left) % stride;`,
  // A row of w is that of a filter at a tap.
  open: wideFilters
    ? (rows) => `
  for (var ky = first_y; ky < kernel_height; ky += stride) {
  let ty = i32(ky / stride);
  for (var kx = first_x; kx < kernel_width; kx += stride) {
  let tx = i32(kx / stride);
  ${Array.from({ length: rows }, (_, i) => `let tap${i} = tap_at(pixel${i}, ty, tx, height, width, i32(filters));`).join('\n  ')}
  for (var f = 0u; f < filters; f += 4u) {
  let rows = (f + vec4u(0u, 1u, 2u, 3u)) * taps + ky * kernel_width + kx;`
    : `
  let run = (kernel_width - min(first_x, kernel_width) + stride - 1u) / stride * filters;
  for (var ky = first_y; ky < kernel_height; ky += stride) {
  let ty = i32(ky / stride);
  for (var j = 0u; j < run; j += 4u) {
  let each = j + vec4u(0u, 1u, 2u, 3u);
  let tx = vec4i(each / filters);
  let f = vec4i(each % filters);
  // Past the last tap lies none.
  let rows = select(vec4u(filters * taps), vec4u(f) * taps + ky * kernel_width + first_x + vec4u(tx) * stride, each < vec4u(run));`,
  close: wideFilters ? '} } }' : '} }',
  a: { along: 'k', four: (q, c) => (wideFilters ? `load_x(tap${4 * q + c}, f)` : `load_x(pixel${4 * q + c}, ty, tx, f, height, width, i32(filters))`) },
  b: { along: 'side', four: (q, c) => `load_w(rows[${c}], column + ${4 * q}u, filters * taps, n)` },
})}
`,
  );
}

/**
 * y[f,ky,kx,c] = Σ_{b,oy,ox} a[b,oy,ox,f] x[b, oy s − p + ky, ox s − p + kx, c]: the gradient of a convolution with respect to its weights, with
 * a that of its output. With `sums` also Σ a for each filter, the gradient of its bias.
 *
 * A sum may have tens of thousands of terms where there are only some hundreds of sums: so the batch is cut into `parts`, each with sums of its
 * own, y [parts, filters, …]. Like classes of pixels, parts fill whole tiles.
 */
export function convWeightsShader({ wideChannels, wideFilters, wideY, ragged, sums, tiling }: Omit<ConvVariant, keyof Epilogue> & { readonly wideY: boolean; readonly ragged: boolean; readonly sums: boolean }) {
  return shader<'a' | 'x' | 'y', 'sums'>(
    `conv2d weights ${tilingName(tiling)}`,
    wgsl`
${enabled(tiling)}
@group(0) @binding(0) var<storage, read> a: array<${wideFilters ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> x: array<${wideChannels ? 'vec4f' : 'f32'}>;
@group(0) @binding(2) var<storage, read_write> y: array<${wideY ? 'vec4f' : 'f32'}>;
${sizes}
${stored({ bias: false, activation: 'linear', wideY }, 4, 'row_of_part(i)')}
${filling(tiling)}
fn part_rows() -> u32 {
  return filled_rows(sizes.filters);
}

fn row_of_part(i: u32) -> u32 {
  let filter_ = i % part_rows();
  return select(none, i / part_rows() * sizes.filters + filter_, filter_ < sizes.filters);
}

#if ${sums}
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
${columnSums}
#endif
${load('a', { wide: wideFilters, fill: ragged })}
/** Four neighbouring weights of a kernel: their rows and columns in it, and how far they lie from the start of a patch. */
#if ${wideChannels}
struct Spot { row: i32, column: i32, at: i32 }
#else
struct Spot { row: vec4i, column: vec4i, at: vec4i }
#endif

fn spot_at(j: u32) -> Spot {
  let run = sizes.kernel_width * sizes.channels;
  let line = sizes.width * sizes.channels;
#if ${wideChannels}
  let each = j;
#else
  let each = j + vec4u(0u, 1u, 2u, 3u);
#endif
  let row = each / run;
  let along = each % run;
  return Spot(${wideChannels ? 'i32(row), i32(along / sizes.channels), i32(row * line + along)' : 'vec4i(row), vec4i(along / sizes.channels), vec4i(row * line + along)'});
}

#if ${wideChannels}
/** Where the four weights' row of a patch begins in x, in vec4s; below zero if it lies outside of the image. */
fn line_at(spot: Spot, top: i32, line: i32, height: u32) -> i32 {
  return select(-0x8000000, (line + spot.at) / 4, u32(top + spot.row) < height);
}

/** What the four weights see there, of the patch that begins at a column of the image, so many vec4s on. */
fn load_x(spot: Spot, line: i32, left: i32, at: i32, width: u32) -> vec4f {
  let inside = (u32(left + spot.column) < width) & (line > -0x8000000);
  return select(vec4f(), x[select(0, line + at, inside)], inside);
}
#else
fn line_at(spot: Spot, top: i32, line: i32, height: u32) -> vec4i {
  return select(vec4i(-0x8000000), line + spot.at, vec4u(top + spot.row) < vec4u(height));
}

fn load_x(spot: Spot, line: vec4i, left: i32, at: i32, width: u32) -> vec4f {
  let inside = (vec4u(left + spot.column) < vec4u(width)) & (line > vec4i(-0x8000000));
  let places = select(vec4i(), line + at, inside);
  return select(vec4f(), vec4f(x[places.x], x[places.y], x[places.z], x[places.w]), inside);
}
#endif
${tiles({
  tiling,
  head: `
  let filters = sizes.filters;
  let m = sizes.parts * part_rows();
  let n = sizes.kernel_height * sizes.kernel_width * sizes.channels;
  let batch = sizes.batch;
  let share = (batch + sizes.parts - 1u) / sizes.parts;
  let height = sizes.height;
  let width = sizes.width;
  let channels = i32(sizes.channels);
  let out_height = sizes.out_height;
  let out_width = sizes.out_width;
  let stride = i32(sizes.stride);
  let pad_top = i32(sizes.pad_top);
  let pad_left = i32(sizes.pad_left);`,
  spare: sums
    ? `
    let each = (filters + 3u) / 4u;
    let part = spare / each;
    if (part >= sizes.parts) { return; }
    let places = out_height * out_width;
    sum_columns(spare % each * 4u, part * share * places, min(batch, (part + 1u) * share) * places, filters, part);`
    : undefined,
  before: (_, columns) => `
  ${Array.from({ length: columns / 4 }, (_, q) => `let spot${q} = spot_at(column + ${4 * q}u);`).join('\n  ')}
  let part = row / part_rows();
  let filter_ = row % part_rows();`,
  open: (_, columns) => `
  for (var b = part * share; b < min(batch, (part + 1u) * share); b++) { for (var oy = 0u; oy < out_height; oy++) {
  let first = (b * out_height + oy) * out_width;
  let top = i32(oy) * stride - pad_top;
  let line = (i32(b * height) + top) * i32(width) * channels;
  ${Array.from({ length: columns / 4 }, (_, q) => `let line${q} = line_at(spot${q}, top, line, height);`).join('\n  ')}
  for (var ox = 0u; ox < out_width; ox += 4u) {
  let left0 = i32(ox) * stride - pad_left;
  ${[1, 2, 3].map((c) => `let left${c} = left0 + ${c} * stride;`).join('\n  ')}
  ${[0, 1, 2, 3].map((c) => `let at${c} = left${c} * channels${wideChannels ? ' / 4' : ''};`).join('\n  ')}`,
  close: '} } }',
  a: { along: 'side', four: (q, c) => `load_a(first + ox + ${c}u, filter_ + ${4 * q}u, first + out_width, filters)` },
  b: { along: 'side', four: (q, c) => `load_x(spot${q}, line${q}, left${c}, at${c}, width)` },
})}
`,
  );
}
