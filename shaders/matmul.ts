import { activation, type Activation } from './activation.ts';
import { shader, unroll, wgsl } from './wgsl.ts';

/** How the work is cut up: a matter of speed alone. */
export interface Tiling {
  /** Outputs of one invocation, each 4, 8 or 16. */
  readonly rows: number;
  readonly columns: number;
  /** Four neighbours work as a square of 2 × 2 tiles and share what they load; sides are then 8 or 16. Needs the feature `subgroups`. */
  readonly quads: boolean;
  /** Invocations in a workgroup: a multiple of 4. */
  readonly group: number;
}

export interface MatmulVariant {
  /** The operand is stored transposed: a is [k, m], b is [n, k]. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** The stored rows are whole vec4s. */
  readonly wideA: boolean;
  readonly wideB: boolean;
  readonly wideY: boolean;
  /** k is no multiple of 4, so that the last step along k has to be filled with zeros. */
  readonly ragged: boolean;
  readonly tiling: Tiling;
  readonly bias: boolean;
  readonly activation: Activation;
  /** Multiplies by the slope of this activation, at the tensor bound to `saved`. */
  readonly slope?: Activation;
  /** Also writes the sums of op(a)'s rows: with a = dz that is the gradient of the bias. */
  readonly sums: boolean;
}

/**
 * y[i,j] = f(Σ_k op(a)[i,k] op(b)[k,j] + bias[j]),  or  y = (op(a) op(b)) f′(saved)
 *
 * An invocation keeps a tile of y in registers and goes along k by fours: it takes four k of each of its rows as a vec4, four k of each
 * of its column vec4s as a matrix, and adds matrix times vector. No shared memory, so no barriers.
 *
 * In quads, the two invocations beside each other have the same rows, so each loads one half of them and swaps it for the other half;
 * and so with columns and the two invocations above each other. Each counts its own half of rows and columns first.
 */
export function matmulShader(variant: MatmulVariant) {
  const { transposeA, transposeB, wideA, wideB, wideY, ragged, tiling, bias, slope, sums } = variant;
  const { rows: tileRows, columns: tileColumns, quads, group } = tiling;
  const vectors = tileColumns / 4;
  const [ownRows, ownVectors] = quads ? [tileRows / 2, vectors / 2] : [tileRows, vectors];
  const activated = variant.activation !== 'linear';
  const gated = slope !== undefined;
  // Bindings are numbered in the order in which the variant has them.
  const optional = ['bias', 'saved', 'sums'].filter((_, i) => [bias, gated, sums][i]);
  const at = (name: string) => 4 + optional.indexOf(name);
  const element = (wide: boolean) => (wide ? 'vec4f' : 'f32');

  return shader<'a' | 'b' | 'y', 'bias' | 'saved' | 'sums'>(
    `matmul ${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'} ${quads ? 'quads of ' : ''}${tileRows}x${tileColumns}${activated ? ` ${variant.activation}` : ''}${gated ? ` ${slope}'` : ''}`,
    wgsl`
#if ${quads}
enable subgroups;
// A quad leaves main as a whole.
diagnostic(off, subgroup_uniformity);
#endif
@group(0) @binding(0) var<storage, read> a: array<${element(wideA)}>;
@group(0) @binding(1) var<storage, read> b: array<${element(wideB)}>;
@group(0) @binding(2) var<storage, read_write> y: array<${element(wideY)}>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
#if ${bias}
@group(0) @binding(${at('bias')}) var<storage, read> bias: array<${element(wideY)}>;
#endif
#if ${gated}
@group(0) @binding(${at('saved')}) var<storage, read> saved: array<${element(wideY)}>;
#endif
#if ${sums}
@group(0) @binding(${at('sums')}) var<storage, read_write> sums: array<f32>;
#endif
struct Sizes { m: u32, n: u32, k: u32, add_y: u32, add_sums: u32 }
#if ${activated}
${activation(variant.activation)}
#elif ${gated}
${activation(slope ?? 'linear')}
#endif
${load('a', { wide: wideA, fill: ragged && transposeA })}
${load('b', { wide: wideB, fill: ragged && !transposeB })}

fn store(i: u32, j: u32, sum: vec4f, m: u32, n: u32, add: bool) {
  if (i >= m || j >= n) { return; }
  var v = sum;
#if ${wideY}
  let at = (i * n + j) / 4u;
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
    let at = i * n + j + c;
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

@compute @workgroup_size(${group})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let invocation = (id.y * groups.x + id.x) * ${group}u + local;
  // Read once: a processor would fetch them again and again.
  let m = sizes.m;
  let n = sizes.n;
  let k = sizes.k;
#if ${quads}
  let tile = invocation / 4u;
  let across = n / ${2 * tileColumns}u + u32(n % ${2 * tileColumns}u > 0u);
  let tiles = across * (m / ${2 * tileRows}u + u32(m % ${2 * tileRows}u > 0u));
#else
  let tile = invocation;
  let across = n / ${tileColumns}u + u32(n % ${tileColumns}u > 0u);
  let tiles = across * (m / ${tileRows}u + u32(m % ${tileRows}u > 0u));
#endif
  if (tile >= tiles) {
#if ${sums && quads}
    sum_rows((invocation - 4u * tiles) * 4u);
#elif ${sums}
    sum_rows((invocation - tiles) * 4u);
#endif
    return;
  }
#if ${quads}
  let right = invocation & 1u;
  let lower = (invocation >> 1u) & 1u;
  let first_row = tile / across * ${2 * tileRows}u + lower * ${tileRows}u;
  let first_column = tile % across * ${2 * tileColumns}u + right * ${tileColumns}u;
  let row = first_row + right * ${ownRows}u;
  let other_row = first_row + (1u - right) * ${ownRows}u;
  let column = first_column + lower * ${4 * ownVectors}u;
  let other_column = first_column + (1u - lower) * ${4 * ownVectors}u;
#else
  let row = tile / across * ${tileRows}u;
  let column = tile % across * ${tileColumns}u;
#endif
  ${unroll(tileRows * vectors, (i) => `var sum${i} = vec4f();`)}
  for (var at = 0u; at < k; at += 4u) {
#if ${transposeA}
  ${unroll(ownRows / 4, (q) => `let rows${q} = transpose(mat4x4f(${four((c) => `load_a(at + ${c}u, row + ${4 * q}u, k, m)`)}));`)}
  ${unroll(ownRows, (i) => `let a${i} = rows${i >> 2}[${i & 3}];`)}
#else
  ${unroll(ownRows, (i) => `let a${i} = load_a(row + ${i}u, at, m, k);`)}
#endif
#if ${transposeB}
  ${unroll(ownVectors, (q) => `let b${q} = transpose(mat4x4f(${four((c) => `load_b(column + ${4 * q + c}u, at, n, k)`)}));`)}
#else
  ${unroll(ownVectors, (q) => `let b${q} = mat4x4f(${four((c) => `load_b(at + ${c}u, column + ${4 * q}u, k, n)`)});`)}
#endif
#if ${quads}
  ${unroll(ownRows, (i) => `let a${i + ownRows} = quadSwapX(a${i});`)}
  ${unroll(ownVectors, (q) => `let b${q + ownVectors} = mat4x4f(${four((c) => `quadSwapY(b${q}[${c}])`)});`)}
#endif
  ${unroll(tileRows * vectors, (i) => `sum${i} += b${i % vectors} * a${Math.floor(i / vectors)};`)}
  }
  let add = sizes.add_y != 0u;
  // A loop: to compile the epilogue once for each sum would take longer than to compile all the rest.
  var tile_sums = array<vec4f, ${tileRows * vectors}>(${Array.from({ length: tileRows * vectors }, (_, i) => `sum${i}`).join(', ')});
  for (var s = 0u; s < ${tileRows * vectors}u; s++) {
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

#if ${sums}
/** Invocations past the last tile: four rows of op(a) each. */
fn sum_rows(row: u32) {
  let m = sizes.m;
  let k = sizes.k;
  if (row >= m) { return; }
  var sum = vec4f();
  for (var at = 0u; at < k; at++) { sum += load_a(at, row, k, m); }
  let count = min(4u, m - row);
  for (var c = 0u; c < count; c++) {
    var one = sum[c];
    if (sizes.add_sums != 0u) { one += sums[row + c]; }
    sums[row + c] = one;
  }
}
#endif
`,
  );
}

const four = (item: (c: number) => string): string => [0, 1, 2, 3].map(item).join(', ');

/**
 * Chunk: four neighbours in row i of an operand as it is stored, from column j on. Past the end of k they are zero; past the end of m or n
 * they may be anything, as they only reach outputs that are never stored.
 */
function load(name: string, { wide, fill }: { wide: boolean; fill: boolean }): string {
  return wgsl`
fn load_${name}(i: u32, j: u32, rows: u32, columns: u32) -> vec4f {
#if ${wide}
#if ${fill}
  if (i >= rows) { return vec4f(); }
#endif
  return ${name}[(i * columns + j) / 4u];
#else
  var v = vec4f();
  if (i >= rows) { return v; }
  let at = i * columns + j;
  if (j + 0u < columns) { v.x = ${name}[at]; }
  if (j + 1u < columns) { v.y = ${name}[at + 1u]; }
  if (j + 2u < columns) { v.z = ${name}[at + 2u]; }
  if (j + 3u < columns) { v.w = ${name}[at + 3u]; }
  return v;
#endif
}
`;
}
