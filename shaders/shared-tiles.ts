import { covered, fours, type Operand, type Walk } from './tiles.ts';
import { unroll, wgsl } from './wgsl.ts';

/** A workgroup computes a square of 8 × 8 tiles. */
const perSide = 8;

/**
 * Chunk: main, for y[i,j] = Σ_k a[i,k] b[k,j] with many outputs. A workgroup of 64 copies a block of a and one of b into workgroup memory, 4 KiB
 * each, from which all its invocations read: each value is then loaded from global memory once for 32 or 64 rows. Sums add one product at a time,
 * in the order of k.
 *
 * An invocation's rows are groups of four, eight groups apart, and so are its columns, so that neighbouring invocations read neighbouring vectors.
 */
export function sharedTiles({
  tiling,
  head,
  spare,
  a,
  b,
}: Pick<Walk, 'tiling' | 'head' | 'spare' | 'a' | 'b'>): string {
  const { rows } = tiling;
  const [side] = covered(tiling);
  // Each of the 64 invocations loads 4 × 4 values of a and as many of b for one step.
  const step = (64 * 16) / side;
  const fourths = side / 4;
  const own = rows / 4;
  const bring = (name: string, place: string, operand: Operand) => wgsl`
    {
      // Neighbouring invocations load neighbouring values.
#if ${operand.along === 'k'}
      let quarter = local % ${step / 4}u;
      let four = local / ${step / 4}u;
#else
      let quarter = local / ${fourths}u;
      let four = local % ${fourths}u;
#endif
      let at = start + 4u * quarter;
      let ${place} = first_${place} + 4u * four;
      var block = mat4x4f();
      if (at < k) { block = ${operand.along === 'k' ? 'transpose' : ''}(mat4x4f(${fours(operand, 0)})); }
      ${unroll(4, (c) => `${name}[(4u * quarter + ${c}u) * ${fourths}u + four] = block[${c}];`)}
    }`;
  return wgsl`
var<workgroup> left: array<vec4f, ${step * fourths}>;
var<workgroup> right: array<vec4f, ${step * fourths}>;
@compute @workgroup_size(${perSide * perSide})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let block = (sizes.slice * groups.y + id.y) * groups.x + id.x;
  ${head}
  let across = n / ${side}u + u32(n % ${side}u > 0u);
  let blocks = across * (m / ${side}u + u32(m % ${side}u > 0u));
  if (block >= blocks) {
#if ${spare !== undefined}
    let spare = (block - blocks) * ${perSide * perSide}u + local;
    ${spare ?? ''}
#endif
    return;
  }
  let first_row = block / across * ${side}u;
  let first_column = block % across * ${side}u;
  let mine_row = local / ${perSide}u;
  let mine_column = local % ${perSide}u;
  ${unroll(rows * own, (i) => `var sum${i} = vec4f();`)}
  for (var start = 0u; start < k; start += ${step}u) {
    ${bring('left', 'row', a)}
    ${bring('right', 'column', b)}
    workgroupBarrier();
    for (var p = 0u; p < ${step}u; p++) {
      ${unroll(own, (q) => `let a${q} = left[p * ${fourths}u + ${perSide * q}u + mine_row];`)}
      ${unroll(own, (q) => `let b${q} = right[p * ${fourths}u + ${perSide * q}u + mine_column];`)}
      ${unroll(rows * own, (i) => `sum${i} = fma(b${i % own}, vec4f(a${Math.floor(i / own / 4)}[${Math.floor(i / own) % 4}]), sum${i});`)}
    }
    workgroupBarrier();
  }
  let add = sizes.add_y != 0u;
  // A loop, as in tiles.ts, so that the epilogue is compiled once.
  var tile_sums = array<vec4f, ${rows * own}>(${Array.from({ length: rows * own }, (_, i) => `sum${i}`).join(', ')});
  for (var s = 0u; s < ${rows * own}u; s++) {
    let r = s / ${own}u;
    let i = first_row + (r / 4u * ${perSide}u + mine_row) * 4u + r % 4u;
    let j = first_column + (s % ${own}u * ${perSide}u + mine_column) * 4u;
    store(i, j, tile_sums[s], m, n, add);
  }
}
`;
}
