import { activation as activationChunk, type Activation } from './activation.ts';
import { unroll, wgsl } from './wgsl.ts';

/** How a product is cut up: a matter of speed alone. */
export interface Tiling {
  /** Outputs of one invocation, each 4, 8, 16 or 32; or 1, where there is no second row or column. */
  readonly rows: number;
  readonly columns: number;
  /** Four neighbours work as a square of 2 × 2 tiles and share what they load; sides are then 8 or more. Needs the feature `subgroups`. */
  readonly quads: boolean;
  /** Invocations in a workgroup: a multiple of 4. */
  readonly group: number;
  /**
   * So many invocations have a tile together, each a part of its sums along k, which the workgroup then adds up: 2, 4, 8 or 16. Default 1. The order
   * of the additions is another one, and so are the last bits.
   */
  readonly split?: number;
  /**
   * Adds one product at a time to a sum, not the sum of four, of which compilers for GPUs make fewer instructions. The order is another one, and so are
   * the last bits.
   */
  readonly oneByOne?: boolean;
  /**
   * Tiles are taken in bands of so many rows of them, down each column of a band before the next: neighbours then have a block of tiles, not a line, and
   * share more of what they load. Default 1: line by line.
   */
  readonly band?: number;
  /**
   * A workgroup of 64 has a square of 8 × 8 tiles, each as high as wide, and brings what it multiplies into its own memory first. Products are added
   * one at a time.
   */
  readonly shared?: boolean;
}

/** What happens to a sum before it is stored. */
export interface Epilogue {
  readonly bias: boolean;
  readonly activation: Activation;
  /** Multiplies by the slope of this activation, at the tensor bound to `saved`. */
  readonly slope?: Activation;
  /** The stored rows are whole vec4s. */
  readonly wideY: boolean;
}

/** Rows, and columns, that one tile covers, one quad, or one workgroup that shares what it loads. */
export const covered = ({ rows, columns, quads, shared }: Tiling): [rows: number, columns: number] => {
  const tiles = shared ? 8 : quads ? 2 : 1;
  return [tiles * rows, tiles * columns];
};

/** So many rows, filled up to whole tiles. */
export function filledRows(tiling: Tiling, count: number): number {
  const [rows] = covered(tiling);
  return Math.ceil(count / rows) * rows;
}

/** Chunk: `filled_rows(count)`, the same on the device. */
export function filling(tiling: Tiling): string {
  const [rows] = covered(tiling);
  return wgsl`
fn filled_rows(count: u32) -> u32 {
  return (count + ${rows - 1}u) / ${rows}u * ${rows}u;
}
`;
}

/** Invocations of a product of m × n outputs. */
export function invocationsOf(tiling: Tiling, m: number, n: number): number {
  const [rows, columns] = covered(tiling);
  return Math.ceil(m / rows) * Math.ceil(n / columns) * (tiling.shared ? 64 : tiling.quads ? 4 : (tiling.split ?? 1));
}

/** How labels tell tilings apart. */
export const tilingName = ({ rows, columns, quads, split, oneByOne, shared }: Tiling): string =>
  `${quads ? 'quads of ' : ''}${rows}x${columns}${split ? ` split in ${split}` : ''}${oneByOne ? ' one by one' : ''}${shared ? ' shared' : ''}`;

export const epilogueName = ({ activation, slope }: Epilogue): string =>
  `${activation === 'linear' ? '' : ` ${activation}`}${slope ? ` ${slope}'` : ''}`;

/** Chunk: at the very top of a shader, what its tiling needs. */
export const enabled = ({ quads }: Tiling): string =>
  quads
    ? wgsl`
enable subgroups;
// A quad leaves main as a whole.
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
 * column j on. `row` is where row i lies, as WGSL, where that is not i; `none` if nowhere.
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
 * How an operand is read. `four(q, c)` is WGSL for a vec4f of the invocation's q-th group of four rows of a (or columns of b):
 * along `'k'`, four steps of k of neighbour number c of the group; along `'side'`, the four neighbours at step c of k.
 */
export interface Operand {
  readonly along: 'k' | 'side';
  readonly four: (q: number, c: number) => string;
}

export interface Walk {
  readonly tiling: Tiling;
  /** Declares m and n, and what else is read once: a processor would fetch uniforms again and again. */
  readonly head: string;
  /** What invocations past the last tile do; their numbers from 0 on are in `spare`. */
  readonly spare?: string;
  /** Once, before the loops along k: may use `row` and `column`, the first of the invocation's own, of which it has as many as given. */
  readonly before?: (rows: number, columns: number) => string;
  /** The loops, around one step of four k; may be told how many rows and columns of its own an invocation has. */
  readonly open: string | ((rows: number, columns: number) => string);
  readonly close: string;
  readonly a: Operand;
  readonly b: Operand;
}

/**
 * Chunk: main, for y[i,j] = Σ_k a[i,k] b[k,j]; of several dispatches that share the work, that of number `sizes.slice`.
 *
 * An invocation keeps a tile of y in registers and goes along k by fours: it takes four k of each of its rows as a vec4, four k of each
 * of its column vec4s as a matrix, and adds matrix times vector. No shared memory, so no barriers.
 *
 * In quads, the two invocations beside each other have the same rows, so each loads one half of them and swaps it for the other half;
 * and so with columns and the two invocations above each other. Each counts its own half of rows and columns first.
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
  // A loop: to compile the epilogue once for each sum would take longer than to compile all the rest.
  var tile_sums = array<vec4f, ${sums}>(${Array.from({ length: sums }, (_, i) => (single ? `vec4f(sum${i}, 0.0, 0.0, 0.0)` : `sum${i}`)).join(', ')});
  for (var s = 0u; s < ${sums}u; s++) {
    var i = row + s / ${vectors}u;
    var j = column + s % ${vectors}u * 4u;
#if ${quads}
    // The other half.
    if (s >= ${ownRows * vectors}u) { i += other_row - row - ${ownRows}u; }
    if (s % ${vectors}u >= ${ownVectors}u) { j += other_column - column - ${4 * ownVectors}u; }
#endif
    store(i, j, tile_sums[s], m, n, add);
  }
}
`;
}

const ones = ({ four }: Operand): string => [0, 1, 2, 3].map((c) => `${four(0, c)}.x`).join(', ');

/** WGSL that adds four products to each sum, one after the other: `vectors` sums to a row. */
export const addOneByOne = (sums: number, vectors: number): string =>
  [0, 1, 2, 3]
    .map((c) =>
      unroll(sums, (i) => `sum${i} = fma(b${i % vectors}[${c}], vec4f(a${Math.floor(i / vectors)}[${c}]), sum${i});`),
    )
    .join('\n');

/** WGSL of the columns of a matrix: four vectors of an operand. */
export const fours = ({ four }: Operand, q: number): string => [0, 1, 2, 3].map((c) => four(q, c)).join(', ');
