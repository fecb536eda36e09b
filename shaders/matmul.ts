import { activation, type Activation } from './activation.ts';
import { grid, groupSize } from './grid.ts';
import { shader, unroll, wgsl } from './wgsl.ts';

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
  /** Outputs of one invocation, each 4 or 8. */
  readonly tileRows: number;
  readonly tileColumns: number;
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
 * of its column quads as a matrix, and adds matrix times vector. No shared memory, so no barriers.
 */
export function matmulShader(variant: MatmulVariant) {
  const { transposeA, transposeB, wideA, wideB, wideY, ragged, tileRows, tileColumns, bias, slope, sums } = variant;
  const quads = tileColumns / 4;
  const activated = variant.activation !== 'linear';
  const gated = slope !== undefined;
  // Bindings are numbered in the order in which the variant has them.
  const optional = ['bias', 'saved', 'sums'].filter((_, i) => [bias, gated, sums][i]);
  const at = (name: string) => 3 + optional.indexOf(name);
  const element = (wide: boolean) => (wide ? 'vec4f' : 'f32');

  return shader<'a' | 'b' | 'y', 'bias' | 'saved' | 'sums'>(
    `matmul ${transposeA ? 'T' : 'N'}${transposeB ? 'T' : 'N'} ${tileRows}x${tileColumns}${activated ? ` ${variant.activation}` : ''}${gated ? ` ${slope}'` : ''}`,
    wgsl`
@group(0) @binding(0) var<storage, read> a: array<${element(wideA)}>;
@group(0) @binding(1) var<storage, read> b: array<${element(wideB)}>;
@group(0) @binding(2) var<storage, read_write> y: array<${element(wideY)}>;
#if ${bias}
@group(0) @binding(${at('bias')}) var<storage, read> bias: array<${element(wideY)}>;
#endif
#if ${gated}
@group(0) @binding(${at('saved')}) var<storage, read> saved: array<${element(wideY)}>;
#endif
#if ${sums}
@group(0) @binding(${at('sums')}) var<storage, read_write> sums: array<f32>;
#endif
override m: u32;
override n: u32;
override k: u32;
override add_y = false;
#if ${sums}
override add_sums = false;
#endif
${grid}
#if ${activated}
${activation(variant.activation)}
#elif ${gated}
${activation(slope ?? 'linear')}
#endif
${load('a', { wide: wideA, rows: transposeA ? 'k' : 'm', columns: transposeA ? 'm' : 'k', fill: ragged && transposeA })}
${load('b', { wide: wideB, rows: transposeB ? 'n' : 'k', columns: transposeB ? 'k' : 'n', fill: ragged && !transposeB })}

fn store(i: u32, j: u32, sum: vec4f) {
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
  if (add_y) { v += y[at]; }
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
    if (add_y) { one += y[at]; }
    y[at] = one;
  }
#endif
}

@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let tile = invocation(id, groups);
  let columns = (n + ${tileColumns - 1}u) / ${tileColumns}u;
  let rows = (m + ${tileRows - 1}u) / ${tileRows}u;
#if ${sums}
  if (tile >= columns * rows) {
    sum_rows((tile - columns * rows) * 4u);
    return;
  }
#else
  if (tile >= columns * rows) { return; }
#endif
  let row = tile / columns * ${tileRows}u;
  let column = tile % columns * ${tileColumns}u;
  ${unroll(tileRows * quads, (i) => `var sum${i} = vec4f();`)}
  for (var at = 0u; at < k; at += 4u) {
#if ${transposeA}
  ${unroll(tileRows / 4, (q) => `let rows${q} = transpose(mat4x4f(${four((c) => `load_a(at + ${c}u, row + ${4 * q}u)`)}));`)}
  ${unroll(tileRows, (i) => `let a${i} = rows${i >> 2}[${i & 3}];`)}
#else
  ${unroll(tileRows, (i) => `let a${i} = load_a(row + ${i}u, at);`)}
#endif
#if ${transposeB}
  ${unroll(quads, (q) => `let b${q} = transpose(mat4x4f(${four((c) => `load_b(column + ${4 * q + c}u, at)`)}));`)}
#else
  ${unroll(quads, (q) => `let b${q} = mat4x4f(${four((c) => `load_b(at + ${c}u, column + ${4 * q}u)`)});`)}
#endif
  ${unroll(tileRows * quads, (i) => `sum${i} += b${i % quads} * a${Math.floor(i / quads)};`)}
  }
  ${unroll(tileRows * quads, (i) => `store(row + ${Math.floor(i / quads)}u, column + ${4 * (i % quads)}u, sum${i});`)}
}

#if ${sums}
/** Invocations past the last tile: four rows of op(a) each. */
fn sum_rows(row: u32) {
  if (row >= m) { return; }
  var sum = vec4f();
  for (var at = 0u; at < k; at++) { sum += load_a(at, row); }
  let count = min(4u, m - row);
  for (var c = 0u; c < count; c++) {
    var one = sum[c];
    if (add_sums) { one += sums[row + c]; }
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
function load(name: string, { wide, rows, columns, fill }: { wide: boolean; rows: string; columns: string; fill: boolean }): string {
  return wgsl`
fn load_${name}(i: u32, j: u32) -> vec4f {
#if ${wide}
#if ${fill}
  if (i >= ${rows}) { return vec4f(); }
#endif
  return ${name}[(i * ${columns} + j) / 4u];
#else
  var v = vec4f();
  if (i >= ${rows}) { return v; }
  let at = i * ${columns} + j;
  if (j + 0u < ${columns}) { v.x = ${name}[at]; }
  if (j + 1u < ${columns}) { v.y = ${name}[at + 1u]; }
  if (j + 2u < ${columns}) { v.z = ${name}[at + 2u]; }
  if (j + 3u < ${columns}) { v.w = ${name}[at + 3u]; }
  return v;
#endif
}
`;
}
