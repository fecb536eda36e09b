import { columnSums, load, storeSums } from './operand.ts';
import { dealt, splitTiles } from './split.ts';
import { enabled, filling, stored, tiles, tilingName, type Epilogue } from './tiles.ts';
import { once, shader, wgsl } from './wgsl.ts';
import { windowSizes, type ConvVariant } from './window.ts';

/**
 * y[f,ky,kx,c] = Σ_{b,oy,ox} a[b,oy,ox,f] x[b, oy s − p + ky d, ox s − p + kx d, c]: the gradient of a convolution with respect to its weights, with
 * a the gradient of its output. With `sums` it also writes Σ a for each filter, the gradient of the bias.
 *
 * There may be only hundreds of sums, with tens of thousands of terms each. Therefore the batch is divided into `parts`, each with its own sums:
 * y is [parts, filters, …]. Each part is padded to whole tiles.
 */
export const convWeightsShader = /* @__PURE__ */ once(makeConvWeightsShader);

function makeConvWeightsShader({
  wideChannels,
  wideFilters,
  dilated,
  wideY,
  ragged,
  sums,
  tiling,
}: Omit<ConvVariant, keyof Epilogue> & { readonly wideY: boolean; readonly ragged: boolean; readonly sums: boolean }) {
  return shader<'a' | 'x' | 'y', 'sums'>(
    `conv2d weights ${tilingName(tiling)}`,
    wgsl`
${enabled(tiling)}
@group(0) @binding(0) var<storage, read> a: array<${wideFilters ? 'vec4f' : 'f32'}>;
@group(0) @binding(1) var<storage, read> x: array<${wideChannels ? 'vec4f' : 'f32'}>;
@group(0) @binding(2) var<storage, read_write> y: array<${wideY ? 'vec4f' : 'f32'}>;
${windowSizes(dilated)}
${stored({ bias: false, activation: 'linear', wideY }, 4, 'row_of_part(i)')}
#if ${sums}
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;
#endif
`,
    () => wgsl`
${filling(tiling)}
fn part_rows() -> u32 {
  return filled_rows(sizes.filters);
}

fn row_of_part(i: u32) -> u32 {
  let filter_ = i % part_rows();
  return select(none, i / part_rows() * sizes.filters + filter_, filter_ < sizes.filters);
}

#if ${sums}
${tiling.split ? storeSums : columnSums}
#endif
${load('a', { wide: wideFilters, fill: ragged })}
/** Four neighbouring weights of a kernel: their rows and columns in it, and their offsets from the start of a patch. */
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
#if ${dilated}
  let row = each / run * sizes.dilation_y;
  let along = each % run / sizes.channels * sizes.dilation_x * sizes.channels + each % sizes.channels;
#else
  let row = each / run;
  let along = each % run;
#endif
  return Spot(${wideChannels ? 'i32(row), i32(along / sizes.channels), i32(row * line + along)' : 'vec4i(row), vec4i(along / sizes.channels), vec4i(row * line + along)'});
}

#if ${wideChannels}
/** The offset in x, in vec4s, of the patch's row for the four weights; negative outside the image. */
fn line_at(spot: Spot, top: i32, line: i32, height: u32) -> i32 {
  return select(-0x8000000, (line + spot.at) / 4, u32(top + spot.row) < height);
}

/** The four values of x that the weights multiply, in the patch that begins at column left. */
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
${(tiling.split ? splitTiles : tiles)({
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
  let stride_y = i32(sizes.stride_y);
  let stride_x = i32(sizes.stride_x);
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
  sums: sums ? 'store_sums(row % part_rows(), total, filters, row / part_rows());' : undefined,
  before: (_, columns) => `
  ${Array.from({ length: columns / 4 }, (_, q) => `let spot${q} = spot_at(column + ${4 * q}u);`).join('\n  ')}
  let part = row / part_rows();
  let filter_ = row % part_rows();`,
  open: (_, columns) => `
  for (var b = part * share; b < min(batch, (part + 1u) * share); b++) { for (var oy = 0u; oy < out_height; oy++) {
  ${dealt(tiling, 'b * out_height + oy')}
  let first = (b * out_height + oy) * out_width;
  let top = i32(oy) * stride_y - pad_top;
  let line = (i32(b * height) + top) * i32(width) * channels;
  ${Array.from({ length: columns / 4 }, (_, q) => `let line${q} = line_at(spot${q}, top, line, height);`).join('\n  ')}
  for (var ox = 0u; ox < out_width; ox += 4u) {
  let left0 = i32(ox) * stride_x - pad_left;
  ${[1, 2, 3].map((c) => `let left${c} = left0 + ${c} * stride_x;`).join('\n  ')}
  ${[0, 1, 2, 3].map((c) => `let at${c} = left${c} * channels${wideChannels ? ' / 4' : ''};`).join('\n  ')}`,
  close: '} } }',
  a: { along: 'side', four: (q, c) => `load_a(first + ox + ${c}u, filter_ + ${4 * q}u, first + out_width, filters)` },
  b: { along: 'side', four: (q, c) => `load_x(spot${q}, line${q}, left${c}, at${c}, width)` },
})}
`,
  );
}
