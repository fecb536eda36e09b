import { columnSums, load, storeSums } from './operand.ts';
import { sharedTiles } from './shared-tiles.ts';
import { splitTiles } from './split.ts';
import {
  enabled,
  epilogueBindings,
  epilogueName,
  stored,
  tiles,
  tilingName,
  type Epilogue,
  type Operand,
  type Tiling,
} from './tiles.ts';
import { once, shader, wgsl } from './wgsl.ts';

export interface MatmulVariant extends Epilogue {
  /** The operand is stored transposed: a is [k, m], b is [n, k]. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** The stored rows are whole vec4s. */
  readonly wideA: boolean;
  readonly wideB: boolean;
  /** k is not a multiple of 4, so the last step along k is padded with zeros. */
  readonly ragged: boolean;
  readonly tiling: Tiling;
  /** Also writes the sums of op(a)'s rows, which are the gradient of the bias for a = dz. */
  readonly sums: boolean;
}

/** y[i,j] = f(Σ_k op(a)[i,k] op(b)[k,j] + bias[j]),  or  y = (op(a) op(b)) f′(saved) */
export const matmulShader = /* @__PURE__ */ once(makeMatmulShader);

function makeMatmulShader(variant: MatmulVariant) {
  const { transposeA, transposeB, wideA, wideB, wideY, ragged, tiling, sums } = variant;
  const head = `
  let m = sizes.m;
  let n = sizes.n;
  let k = sizes.k;`;
  const left: Operand = transposeA
    ? { along: 'side', four: (q, c) => `load_a(at + ${c}u, row + ${4 * q}u, k, m)` }
    : { along: 'k', four: (q, c) => `load_a(row + ${4 * q + c}u, at, m, k)` };
  const right: Operand = transposeB
    ? { along: 'k', four: (q, c) => `load_b(column + ${4 * q + c}u, at, n, k)` }
    : { along: 'side', four: (q, c) => `load_b(at + ${c}u, column + ${4 * q}u, k, n)` };
  const { split, shared } = tiling;
  const element = (wide: boolean) => (wide ? 'vec4f' : 'f32');
  return shader<'a' | 'b' | 'y', 'bias' | 'saved' | 'sums'>(
    `matmul ${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'} ${tilingName(tiling)}${epilogueName(variant)}`,
    wgsl`
${enabled(tiling)}
@group(0) @binding(0) var<storage, read> a: array<${element(wideA)}>;
@group(0) @binding(1) var<storage, read> b: array<${element(wideB)}>;
@group(0) @binding(2) var<storage, read_write> y: array<${element(wideY)}>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
${stored(variant, 4)}
#if ${sums}
@group(0) @binding(${4 + epilogueBindings(variant).length}) var<storage, read_write> sums: array<f32>;
#endif
struct Sizes { m: u32, n: u32, k: u32, slice: u32, add_y: u32, add_sums: u32 }
`,
    () => wgsl`
${load('a', { wide: wideA, fill: ragged && transposeA })}
${load('b', { wide: wideB, fill: ragged && !transposeB })}
${(shared ? sharedTiles : split ? splitTiles : tiles)({
  tiling,
  head,
  sums: sums ? 'store_sums(row, total, m, 0u);' : undefined,
  spare: sums ? 'sum_columns(spare * 4u, 0u, k, m, 0u);' : undefined,
  // An invocation takes 16 consecutive k, a whole cache line, and leaves the next ones to the others.
  open: split
    ? `for (var at = local % ${split}u * 16u; at < k; at += select(4u, ${16 * split - 12}u, at % 16u == 12u)) {`
    : 'for (var at = 0u; at < k; at += 4u) {',
  close: '}',
  a: left,
  b: right,
})}
#if ${sums}
${split ? storeSums : columnSums}
#endif
`,
  );
}
