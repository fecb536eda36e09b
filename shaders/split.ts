import { addOneByOne, fours, type Tiling, type Walk } from './tiles.ts';
import { unroll, wgsl } from './wgsl.ts';

/** WGSL for the start of a loop body: continues if unit number `unit` belongs to another invocation. */
export const dealt = ({ split }: Tiling, unit: string): string =>
  split ? `if ((${unit}) % ${split}u != local % ${split}u) { continue; }` : '';

/** A walk over a tile of four columns that several invocations share. Its loops skip the units of other invocations. */
export interface SplitWalk extends Walk {
  /** WGSL that stores `total`, the sums over k of the rows of a from `row` on. It needs the chunk `storeSums` and an `a` read along its side. */
  readonly sums?: string;
}

/**
 * Chunk: main, for y[i,j] = Σ_k a[i,k] b[k,j] with few outputs and a long k, for which `tiles` would leave most of a GPU idle.
 * Several neighbouring invocations share one tile: each adds up parts of k, and the workgroup then adds their sums.
 */
export function splitTiles({ tiling, head, before, open, close, a, b, sums: storing }: SplitWalk): string {
  const { rows, columns, group, split = 1 } = tiling;
  const sums = storing !== undefined;
  const own = group / split;
  return wgsl`
var<workgroup> shares: array<vec4f, ${group * rows}>;
#if ${sums}
var<workgroup> row_shares: array<vec4f, ${group}>;
#endif
@compute @workgroup_size(${group})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = ((sizes.slice * groups.y + id.y) * groups.x + id.x) * ${own}u;
  ${head}
  let across = n / ${columns}u + u32(n % ${columns}u > 0u);
  let tiles = across * (m / ${rows}u + u32(m % ${rows}u > 0u));
  let tile = first + local / ${split}u;
  let row = tile / across * ${rows}u;
  let column = tile % across * ${columns}u;
  ${unroll(rows, (i) => `var sum${i} = vec4f();`)}
#if ${sums}
  var row_sums = vec4f();
#endif
  ${before?.(rows, columns) ?? ''}
  if (tile < tiles) {
    ${typeof open === 'string' ? open : open(rows, columns)}
#if ${a.along === 'k'}
      ${unroll(rows, (i) => `let a${i} = ${a.four(i >> 2, i & 3)};`)}
#else
      let side = mat4x4f(${fours(a, 0)});
      let turned = transpose(side);
      ${unroll(rows, (i) => `let a${i} = turned[${i}];`)}
#if ${sums}
      ${unroll(4, (c) => `row_sums += side[${c}];`)}
#endif
#endif
#if ${b.along === 'k'}
      let b0 = transpose(mat4x4f(${fours(b, 0)}));
#else
      let b0 = mat4x4f(${fours(b, 0)});
#endif
      ${addOneByOne(rows, 1)}
    ${close}
  }
  ${unroll(rows, (i) => `shares[local * ${rows}u + ${i}u] = sum${i};`)}
#if ${sums}
  row_shares[local] = row_sums;
#endif
  workgroupBarrier();
  let add = sizes.add_y != 0u;
  for (var i = local; i < ${own * rows}u; i += ${group}u) {
    let whole = first + i / ${rows}u;
    var total = vec4f();
    for (var p = 0u; p < ${split}u; p++) { total += shares[(i / ${rows}u * ${split}u + p) * ${rows}u + i % ${rows}u]; }
    store(whole / across * ${rows}u + i % ${rows}u, whole % across * ${columns}u, total, m, n, add);
  }
#if ${sums}
  // The tiles of the first column cover all rows.
  let whole = first + local;
  if (local < ${own}u && whole < tiles && whole % across == 0u) {
    var total = vec4f();
    for (var p = 0u; p < ${split}u; p++) { total += row_shares[local * ${split}u + p]; }
    let row = whole / across * ${rows}u;
    ${storing ?? ''}
  }
#endif
}
`;
}
