import { inTurn } from './grid.ts';
import { wgsl } from './wgsl.ts';

/**
 * Chunk `load_<name>(i, j, rows, columns)`: four neighbours in row i of a matrix as stored, from column j on. Values past the last column are zero.
 * Values past the last row are zero with `fill`, or if rows are not whole vec4s; otherwise they are arbitrary, as no stored output uses them.
 */
export function load(name: string, { wide, fill }: { wide: boolean; fill: boolean }): string {
  return wgsl`
fn load_${name}(i: u32, j: u32, rows: u32, columns: u32) -> vec4f {
#if ${wide}
  let at = (i * columns + j) / 4u;
#if ${fill}
  // Without a branch, because a CPU would take it for each invocation in turn.
  let inside = i < rows;
  return select(vec4f(), ${name}[select(0u, at, inside)], inside);
#else
  return ${name}[at];
#endif
#else
  let each = j + vec4u(0u, 1u, 2u, 3u);
  let inside = (each < vec4u(columns)) & vec4<bool>(i < rows);
  let places = select(vec4u(), i * columns + each, inside);
  return select(vec4f(), vec4f(${name}[places.x], ${name}[places.y], ${name}[places.z], ${name}[places.w]), inside);
#endif
}
`;
}

/** Chunk `store_sums(column, sum, m, part)`: sums[part, column…] = sum for four neighbours of m, or += if the sums are to be added. */
export const storeSums = wgsl`
fn store_sums(column: u32, sum: vec4f, m: u32, part: u32) {
  let count = min(4u, m - column);
  for (var c = 0u; c < count; c++) {
    let place = part * m + column + c;
    var one = sum[c];
    if (sizes.add_sums != 0u) { one += sums[place]; }
    sums[place] = one;
  }
}
`;

/** Chunk `sum_columns(column, begin, end, m, part)`: sums[part, column…] = Σ a[k, column…] over rows begin ≤ k < end, for four columns. Needs `load('a', …)`. */
export const columnSums = wgsl`
${storeSums}
fn sum_columns(column: u32, begin: u32, end: u32, m: u32, part: u32) {
  if (column >= m) { return; }
  var sum = vec4f();
  ${inTurn('begin', 'end', '1u', (at) => `load_a(${at}, column, end, m)`)}
  store_sums(column, sum, m, part);
}
`;
