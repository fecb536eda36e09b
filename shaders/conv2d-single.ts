import { epilogueName, stored, type Epilogue } from './tiles.ts';
import { once, shader, unroll, wgsl } from './wgsl.ts';
import { windowSizes } from './window.ts';

// Convolutions of stride 1 to or from an image of one channel, such as the last layer of a decoder. As a matrix product, one side would be a
// single row. These kernels use the overlap of neighbouring patches instead: a loaded value serves several of them.

export interface SingleVariant {
  /** The height of the kernel, whose taps are unrolled. */
  readonly height: number;
  readonly width: number;
  /** Invocations in a workgroup. */
  readonly group: number;
}

/** The height and width of the block of pixels that one invocation computes. */
export const block = 4;

const taps = ({ height, width }: SingleVariant, line: (ky: number, kx: number, tap: number) => string) =>
  unroll(height * width, (tap) => line(Math.floor(tap / width), tap % width, tap));

/** Chunk: `example` and the corner (`y0`, `x0`) of block number `number`, in images of `rows` × `columns` pixels. */
const blockOf = (rows: string, columns: string, number: string) => wgsl`
  let across = (${columns} + ${block - 1}u) / ${block}u;
  let down = (${rows} + ${block - 1}u) / ${block}u;
  let example = ${number} / (across * down);
  let y0 = ${number} / across % down * ${block}u;
  let x0 = ${number} % across * ${block}u;
`;

const main = ({ group }: SingleVariant) => wgsl`
@compute @workgroup_size(${group})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let t = (id.y * groups.x + id.x) * ${group}u + local;
`;

/** y[b,oy,ox] = act(Σ_{ky,kx,c} x[b, oy − p + ky, ox − p + kx, c] w[ky,kx,c] + bias), with x zero outside the image; channels are whole vec4s */
export const convSingleShader = /* @__PURE__ */ once(makeConvSingleShader);

function makeConvSingleShader(variant: SingleVariant & Omit<Epilogue, 'wideY'>) {
  const { height, width } = variant;
  const line = (r: number) => `
    ${unroll(block + width - 1, (c) => `let x${r}_${c} = select(vec4f(), x[select(0u, line${r} + at${c} + c4, inside_y${r} & inside_x${c})], inside_y${r} & inside_x${c});`)}
    ${unroll(block * block, (i) => {
      const [oy, ox] = [Math.floor(i / block), i % block];
      const ky = r - oy;
      return ky < 0 || ky >= height
        ? ''
        : Array.from({ length: width }, (_, kx) => `sum${i} += dot(x${r}_${ox + kx}, w${ky * width + kx});`).join(' ');
    })}`;
  return shader<'x' | 'w' | 'y', 'bias' | 'saved'>(
    `conv2d of one filter${epilogueName({ ...variant, wideY: false })}`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
${windowSizes()}
${stored({ ...variant, wideY: false }, 4)}
`,
    () => wgsl`
${main(variant)}
  ${blockOf('sizes.out_height', 'sizes.out_width', 't')}
  if (example >= sizes.batch) { return; }
  let top = y0 - sizes.pad_top;
  let left = x0 - sizes.pad_left;
  let channels = sizes.channels / 4u;
  ${unroll(block + height - 1, (r) => `let inside_y${r} = top + ${r}u < sizes.height; let line${r} = (example * sizes.height + top + ${r}u) * sizes.width * channels;`)}
  ${unroll(block + width - 1, (c) => `let inside_x${c} = left + ${c}u < sizes.width; let at${c} = (left + ${c}u) * channels;`)}
  ${unroll(block * block, (i) => `var sum${i} = 0.0;`)}
  for (var c4 = 0u; c4 < channels; c4++) {
    ${taps(variant, (_ky, _kx, tap) => `let w${tap} = w[${tap}u * channels + c4];`)}
    ${unroll(block + height - 1, line)}
  }
  let add = sizes.add_y != 0u;
  let pixels = sizes.batch * sizes.out_height * sizes.out_width;
  var sums = array<f32, ${block * block}>(${Array.from({ length: block * block }, (_, i) => `sum${i}`).join(', ')});
  for (var i = 0u; i < ${block * block}u; i++) {
    let oy = y0 + i / ${block}u;
    let ox = x0 + i % ${block}u;
    if (oy < sizes.out_height && ox < sizes.out_width) {
      store((example * sizes.out_height + oy) * sizes.out_width + ox, 0u, vec4f(sums[i], 0.0, 0.0, 0.0), pixels, 1u, add);
    }
  }
}
`,
  );
}

/** y[b,iy,ix,c] = Σ_{ky,kx} x[b, iy + p − ky, ix + p − kx] w[ky,kx,c], times f′(saved): the gradient of a convolution to one channel, with respect to its image */
export const convSingleTransposedShader = /* @__PURE__ */ once(makeConvSingleTransposedShader);

function makeConvSingleTransposedShader(variant: SingleVariant & Omit<Epilogue, 'wideY'>) {
  const { height, width } = variant;
  return shader<'x' | 'w' | 'y', 'bias' | 'saved'>(
    `conv2d of one filter, transposed${epilogueName({ ...variant, wideY: true })}`,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
${windowSizes()}
${stored({ ...variant, wideY: true }, 4)}
`,
    () => wgsl`
fn load_x(at: u32, inside: bool) -> f32 {
  return select(0.0, x[select(0u, at, inside)], inside);
}
${main(variant)}
  let channels = sizes.channels / 4u;
  let c4 = t % channels;
  let number = t / channels;
  ${blockOf('sizes.height', 'sizes.width', 'number')}
  if (example >= sizes.batch) { return; }
  // The pixels whose patches contain pixels of the block.
  let top = y0 + sizes.pad_top - ${height - 1}u;
  let left = x0 + sizes.pad_left - ${width - 1}u;
  ${unroll(block + height - 1, (r) => `let inside_y${r} = top + ${r}u < sizes.out_height; let line${r} = (example * sizes.out_height + top + ${r}u) * sizes.out_width;`)}
  ${unroll(block + width - 1, (c) => `let inside_x${c} = left + ${c}u < sizes.out_width;`)}
  ${taps(variant, (_ky, _kx, tap) => `let w${tap} = w[${tap}u * channels + c4];`)}
  ${unroll(block * block, (i) => `var sum${i} = vec4f();`)}
  ${unroll((block + height - 1) * (block + width - 1), (i) => {
    const [r, c] = [Math.floor(i / (block + width - 1)), i % (block + width - 1)];
    const loaded = `let x${r}_${c} = load_x(line${r} + left + ${c}u, inside_y${r} & inside_x${c});`;
    const added = Array.from({ length: block * block }, (_, at) => {
      const [ky, kx] = [Math.floor(at / block) + height - 1 - r, (at % block) + width - 1 - c];
      return ky < 0 || ky >= height || kx < 0 || kx >= width ? '' : `sum${at} += x${r}_${c} * w${ky * width + kx};`;
    });
    return [loaded, ...added.filter(Boolean)].join(' ');
  })}
  let add = sizes.add_y != 0u;
  let pixels = sizes.batch * sizes.height * sizes.width;
  var sums = array<vec4f, ${block * block}>(${Array.from({ length: block * block }, (_, i) => `sum${i}`).join(', ')});
  for (var i = 0u; i < ${block * block}u; i++) {
    let iy = y0 + i / ${block}u;
    let ix = x0 + i % ${block}u;
    if (iy < sizes.height && ix < sizes.width) { store((example * sizes.height + iy) * sizes.width + ix, 4u * c4, sums[i], pixels, sizes.channels, add); }
  }
}
`,
  );
}

/**
 * y[part,ky,kx,c] = Σ_{b,oy,ox} a[b,oy,ox] x[b, oy − p + ky, ox − p + kx, c] over the examples of a part: the gradient with respect to the weights.
 * Each pixel of x is loaded once and multiplied for all taps; the values of a shift along with it. With `split`, the rows of the images are
 * distributed over that many invocations, whose sums the workgroup then adds.
 */
export const convSingleWeightsShader = /* @__PURE__ */ once(makeConvSingleWeightsShader);

function makeConvSingleWeightsShader(variant: SingleVariant & { readonly split?: number }) {
  const { height, width, group, split = 1 } = variant;
  const count = height * width;
  return shader<'a' | 'x' | 'y'>(
    `conv2d of one filter, weights${split > 1 ? ` split in ${split}` : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
${windowSizes()}
`,
    () => wgsl`
fn load_a(line: u32, column: u32, inside: bool) -> f32 {
  let known = inside & (column < sizes.out_width);
  return select(0.0, a[select(0u, line + column, known)], known);
}
#if ${split > 1}
var<workgroup> shares: array<vec4f, ${group * count}>;
#endif
${main(variant)}
  let channels = sizes.channels / 4u;
  let c4 = t / ${split}u % channels;
  let part = t / ${split}u / channels;
#if ${split === 1}
  if (part >= sizes.parts) { return; }
#endif
  let share = (sizes.batch + sizes.parts - 1u) / sizes.parts;
  ${taps(variant, (_ky, _kx, tap) => `var sum${tap} = vec4f();`)}
  for (var b = part * share; b < min(sizes.batch, (part + 1u) * share); b++) {
    for (var iy = t % ${split}u; iy < sizes.height; iy += ${split}u) {
      ${unroll(height, (ky) => `let oy${ky} = iy + sizes.pad_top - ${ky}u; let inside${ky} = oy${ky} < sizes.out_height; let line${ky} = (b * sizes.out_height + oy${ky}) * sizes.out_width;`)}
      // One column early, because tap kx is shifted by one before its first use.
      ${taps(variant, (ky, kx, tap) => (kx === width - 1 ? '' : `var a${tap} = load_a(line${ky}, sizes.pad_left - ${kx + 1}u, inside${ky});`))}
      let line = (b * sizes.height + iy) * sizes.width * channels + c4;
      for (var ix = 0u; ix < sizes.width; ix++) {
        let value = x[line + ix * channels];
        ${unroll(height, (ky) => `let next${ky} = load_a(line${ky}, ix + sizes.pad_left, inside${ky});`)}
        ${taps(variant, (ky, kx, tap) => `sum${tap} += value * ${kx ? `a${tap - 1}` : `next${ky}`};`)}
        ${unroll(height, (ky) =>
          Array.from({ length: width - 1 }, (_, i) => width - 2 - i)
            .map((kx) => `a${ky * width + kx} = ${kx ? `a${ky * width + kx - 1}` : `next${ky}`};`)
            .join(' '),
        )}
      }
    }
  }
  let add = sizes.add_y != 0u;
#if ${split > 1}
  ${taps(variant, (_ky, _kx, tap) => `shares[local * ${count}u + ${tap}u] = sum${tap};`)}
  workgroupBarrier();
  for (var i = local; i < ${(group / split) * count}u; i += ${group}u) {
    let tap = i % ${count}u;
    let whole = (t - local) / ${split}u + i / ${count}u;
    if (whole >= sizes.parts * channels) { return; }
    var v = vec4f();
    for (var p = 0u; p < ${split}u; p++) { v += shares[(i / ${count}u * ${split}u + p) * ${count}u + tap]; }
    let at = (whole / channels * ${count}u + tap) * channels + whole % channels;
#else
  var sums = array<vec4f, ${count}>(${Array.from({ length: count }, (_, i) => `sum${i}`).join(', ')});
  for (var tap = 0u; tap < ${count}u; tap++) {
    let at = (part * ${count}u + tap) * channels + c4;
    var v = sums[tap];
#endif
    if (add) { v += y[at]; }
    y[at] = v;
  }
}
`,
  );
}
