import { activation as activationChunk, type Activation } from './activation.ts';
import { unroll, wgsl } from './wgsl.ts';

/** How a product is divided among invocations. It affects speed, and at most the last bits of a result. */
export interface Tiling {
  /** Rows and columns of one invocation's outputs: each 4, 8, 16 or 32, or 1 for a product with a single row or column. */
  readonly rows: number;
  readonly columns: number;
  /** Four neighbouring invocations compute 2 × 2 tiles and share their loads. Sides are then 8 or more. Needs the feature `subgroups`. */
  readonly quads: boolean;
  /** Invocations in a workgroup: a multiple of 4. */
  readonly group: number;
  /**
   * The number of invocations that share a tile: 2, 4, 8 or 16, default 1. Each computes a part of the sums along k, and the workgroup adds the
   * parts. This changes the order of additions, and so the last bits.
   */
  readonly split?: number;
  /**
   * Adds products to a sum one at a time, not the sum of four, which compiles to fewer instructions on GPUs. This changes the order of additions,
   * and so the last bits.
   */
  readonly oneByOne?: boolean;
  /**
   * The height of bands of tiles, default 1. Tiles are numbered down each column of a band, so that neighbouring invocations compute a block of
   * tiles, not a line, and share more of their loads.
   */
  readonly band?: number;
  /**
   * A workgroup of 64 computes 8 × 8 square tiles, and first copies its operands into workgroup memory. Products are added one at a time.
   */
  readonly shared?: boolean;
}

/** The operations on a sum before it is stored. */
export interface Epilogue {
  readonly bias: boolean;
  readonly activation: Activation;
  /** Multiplies by the derivative of this activation, computed from the tensor bound to `saved`. */
  readonly slope?: Activation;
  /** The stored rows are whole vec4s. */
  readonly wideY: boolean;
}

/** Rows and columns covered by one tile, by one quad, or with `shared` by one workgroup. */
export const covered = ({ rows, columns, quads, shared }: Tiling): [rows: number, columns: number] => {
  const tiles = shared ? 8 : quads ? 2 : 1;
  return [tiles * rows, tiles * columns];
};

/** Returns the number of rows, rounded up to whole tiles. */
export function filledRows(tiling: Tiling, count: number): number {
  const [rows] = covered(tiling);
  return Math.ceil(count / rows) * rows;
}

/** Chunk: `filled_rows(count)`, the number of rows rounded up to whole tiles. */
export function filling(tiling: Tiling): string {
  const [rows] = covered(tiling);
  return wgsl`
fn filled_rows(count: u32) -> u32 {
  return (count + ${rows - 1}u) / ${rows}u * ${rows}u;
}
`;
}

/** Returns the number of invocations for a product of m × n outputs. */
export function invocationsOf(tiling: Tiling, m: number, n: number): number {
  const [rows, columns] = covered(tiling);
  return Math.ceil(m / rows) * Math.ceil(n / columns) * (tiling.shared ? 64 : tiling.quads ? 4 : (tiling.split ?? 1));
}

/** Returns the tiling's name in labels. */
export const tilingName = ({ rows, columns, quads, split, oneByOne, shared }: Tiling): string =>
  `${quads ? 'quads of ' : ''}${rows}x${columns}${split ? ` split in ${split}` : ''}${oneByOne ? ' one by one' : ''}${shared ? ' shared' : ''}`;

export const epilogueName = ({ activation, slope }: Epilogue): string =>
  `${activation === 'linear' ? '' : ` ${activation}`}${slope ? ` ${slope}'` : ''}`;

/** Chunk: the directives that a tiling needs, for the very top of a shader. */
export const enabled = ({ quads }: Tiling): string =>
  quads
    ? wgsl`
enable subgroups;
// All invocations of a quad leave main together.
diagnostic(off, subgroup_uniformity);
`
    : '';

/** The storage bindings of an epilogue, from number `first` on, in this order. */
export const epilogueBindings = ({ bias, slope }: Epilogue): string[] => [
  ...(bias ? ['bias'] : []),
  ...(slope ? ['saved'] : []),
];

/**
 * Chunk: the epilogue's bindings, numbered from `first` on, and `store(i, j, sum, m, n, add)`, which writes four neighbours of row i of y from
 * column j on. `row` is WGSL for the row of y in which to store row i, or `none` to store nothing.
 */
export function stored(epilogue: Epilogue, first: number, row = 'i'): string {
  const { bias, activation, slope, wideY } = epilogue;
  const bindings = epilogueBindings(epilogue);
  const at = (name: string) => first + bindings.indexOf(name);
  const element = wideY ? 'vec4f' : 'f32';
  const activated = activation !== 'linear';
  const gated = slope !== undefined;
  return wgsl`
#if ${bias}
@group(0) @binding(${at('bias')}) var<storage, read> bias: array<${element}>;
#endif
#if ${gated}
@group(0) @binding(${at('saved')}) var<storage, read> saved: array<${element}>;
#endif
#if ${activated}
${activationChunk(activation)}
#elif ${gated}
${activationChunk(slope ?? 'linear')}
#endif
const none = 0xffffffffu;

fn store(i: u32, j: u32, sum: vec4f, m: u32, n: u32, add: bool) {
  if (i >= m || j >= n) { return; }
  let row = ${row};
#if ${row !== 'i'}
  if (row == none) { return; }
#endif
  var v = sum;
#if ${wideY}
  let at = (row * n + j) / 4u;
#if ${bias}
  v += bias[j / 4u];
#endif
#if ${activated}
  v = activate(v);
#endif
#if ${gated}
  v *= slope(saved[at]);
#endif
  if (add) { v += y[at]; }
  y[at] = v;
#else
  let count = min(4u, n - j);
  for (var c = 0u; c < count; c++) {
    let at = row * n + j + c;
    var one = v[c];
#if ${bias}
    one += bias[j + c];
#endif
#if ${activated}
    one = activate_one(one);
#endif
#if ${gated}
    one *= slope_one(saved[at]);
#endif
    if (add) { one += y[at]; }
    y[at] = one;
  }
#endif
}
`;
}

/**
 * How an operand is read. `four(q, c)` is WGSL for a vec4f of the invocation's q-th group of four rows of a, or columns of b. Along `'k'` it holds
 * four steps of k for row or column c of the group; along `'side'` it holds the four rows or columns at step c of k.
 */
export interface Operand {
  readonly along: 'k' | 'side';
  readonly four: (q: number, c: number) => string;
}

export interface Walk {
  readonly tiling: Tiling;
  /** Declares m, n and other values that are read once, because a CPU would otherwise load uniforms repeatedly. */
  readonly head: string;
  /** WGSL for invocations past the last tile, which are numbered from 0 in `spare`. */
  readonly spare?: string;
  /** Returns WGSL to run once before the loops along k. It may use `row` and `column`, the first of the invocation's `rows` and `columns`. */
  readonly before?: (rows: number, columns: number) => string;
  /** WGSL that opens the loops around one step of four k, or a function of the invocation's rows and columns that returns it. */
  readonly open: string | ((rows: number, columns: number) => string);
  readonly close: string;
  readonly a: Operand;
  readonly b: Operand;
}

/**
 * Chunk: main, for y[i,j] = Σ_k a[i,k] b[k,j]. If several dispatches share the work, `sizes.slice` is the dispatch's number.
 *
 * An invocation keeps a tile of y in registers and runs along k by fours: it takes four k of each of its rows as a vec4, four k of each
 * of its column vec4s as a matrix, and adds matrix times vector. It uses no workgroup memory and so no barriers.
 *
 * In quads, the two invocations next to each other have the same rows: each loads one half and exchanges it for the other. The two invocations
 * above each other do the same with columns. Each numbers its own half of rows and columns first.
 */
export function tiles({ tiling, head, spare, before, open, close, a, b }: Walk): string {
  const { rows: tileRows, columns: tileColumns, quads, group, oneByOne = false, band = 1 } = tiling;
  const [rows, columns] = covered(tiling);
  const single = tileColumns === 1;
  const vectors = Math.ceil(tileColumns / 4);
  const [ownRows, ownVectors] = quads ? [tileRows / 2, vectors / 2] : [tileRows, vectors];
  const sums = tileRows * vectors;
  return wgsl`
@compute @workgroup_size(${group})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let invocation = ((sizes.slice * groups.y + id.y) * groups.x + id.x) * ${group}u + local;
  ${head}
  let across = n / ${columns}u + u32(n % ${columns}u > 0u);
  let down = m / ${rows}u + u32(m % ${rows}u > 0u);
  let tiles = across * down;
  let tile = invocation / ${quads ? 4 : 1}u;
  if (tile >= tiles) {
#if ${spare !== undefined}
    let spare = invocation - ${quads ? 4 : 1}u * tiles;
    ${spare ?? ''}
#endif
    return;
  }
#if ${band > 1}
  let band_start = tile / (${band}u * across) * ${band}u;
  let band_height = min(${band}u, down - band_start);
  let tile_row = band_start + (tile - band_start * across) % band_height;
  let tile_column = (tile - band_start * across) / band_height;
#else
  let tile_row = tile / across;
  let tile_column = tile % across;
#endif
#if ${quads}
  let right = invocation & 1u;
  let lower = (invocation >> 1u) & 1u;
  let first_row = tile_row * ${rows}u + lower * ${tileRows}u;
  let first_column = tile_column * ${columns}u + right * ${tileColumns}u;
  let row = first_row + right * ${ownRows}u;
  let other_row = first_row + (1u - right) * ${ownRows}u;
  let column = first_column + lower * ${4 * ownVectors}u;
  let other_column = first_column + (1u - lower) * ${4 * ownVectors}u;
#else
  let row = tile_row * ${rows}u;
  let column = tile_column * ${columns}u;
#endif
  ${before?.(ownRows, 4 * ownVectors) ?? ''}
  ${unroll(sums, (i) => `var sum${i} = ${single ? '0.0' : 'vec4f()'};`)}
  ${typeof open === 'string' ? open : open(ownRows, 4 * ownVectors)}
#if ${a.along === 'k'}
  ${unroll(ownRows, (i) => `let a${i} = ${a.four(i >> 2, i & 3)};`)}
#elif ${ownRows === 1}
  let a0 = vec4f(${ones(a)});
#else
  ${unroll(ownRows / 4, (q) => `let rows${q} = transpose(mat4x4f(${fours(a, q)}));`)}
  ${unroll(ownRows, (i) => `let a${i} = rows${i >> 2}[${i & 3}];`)}
#endif
#if ${single}
  let b0 = ${b.along === 'k' ? b.four(0, 0) : `vec4f(${ones(b)})`};
#elif ${b.along === 'k'}
  ${unroll(ownVectors, (q) => `let b${q} = transpose(mat4x4f(${fours(b, q)}));`)}
#else
  ${unroll(ownVectors, (q) => `let b${q} = mat4x4f(${fours(b, q)});`)}
#endif
#if ${quads}
  ${unroll(ownRows, (i) => `let a${i + ownRows} = quadSwapX(a${i});`)}
  ${unroll(ownVectors, (q) => `let b${q + ownVectors} = mat4x4f(${[0, 1, 2, 3].map((c) => `quadSwapY(b${q}[${c}])`).join(', ')});`)}
#endif
#if ${oneByOne}
  ${addOneByOne(sums, vectors)}
#else
  ${unroll(sums, (i) => (single ? `sum${i} += dot(a${i}, b0);` : `sum${i} += b${i % vectors} * a${Math.floor(i / vectors)};`))}
#endif
  ${close}
  let add = sizes.add_y != 0u;
  // A loop, because compiling the epilogue for each sum would take longer than compiling all the rest.
  var tile_sums = array<vec4f, ${sums}>(${Array.from({ length: sums }, (_, i) => (single ? `vec4f(sum${i}, 0.0, 0.0, 0.0)` : `sum${i}`)).join(', ')});
  for (var s = 0u; s < ${sums}u; s++) {
    var i = row + s / ${vectors}u;
    var j = column + s % ${vectors}u * 4u;
#if ${quads}
    // Rows of the other half.
    if (s >= ${ownRows * vectors}u) { i += other_row - row - ${ownRows}u; }
    if (s % ${vectors}u >= ${ownVectors}u) { j += other_column - column - ${4 * ownVectors}u; }
#endif
    store(i, j, tile_sums[s], m, n, add);
  }
}
`;
}

const ones = ({ four }: Operand): string => [0, 1, 2, 3].map((c) => `${four(0, c)}.x`).join(', ');

/** WGSL that adds four products to each sum, one after the other, with `vectors` sums for each row. */
export const addOneByOne = (sums: number, vectors: number): string =>
  [0, 1, 2, 3]
    .map((c) =>
      unroll(sums, (i) => `sum${i} = fma(b${i % vectors}[${c}], vec4f(a${Math.floor(i / vectors)}[${c}]), sum${i});`),
    )
    .join('\n');

/** WGSL of the columns of a matrix, which are four vectors of an operand. */
export const fours = ({ four }: Operand, q: number): string => [0, 1, 2, 3].map((c) => four(q, c)).join(', ');
