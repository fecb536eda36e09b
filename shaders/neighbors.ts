import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * y[n,q] = Σ_d (codes[n,d] − queries[q,d])², with rows padded to whole vec4s by zeros. The formula |c|² + |q|² − 2 c·q would leave only rounding
 * errors for close neighbours. One invocation computes four codes by four queries.
 */
export const distancesShader = () =>
  shader<'codes' | 'queries' | 'y'>(
    'distances',
    wgsl`
@group(0) @binding(0) var<storage, read> codes: array<vec4f>;
@group(0) @binding(1) var<storage, read> queries: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override length: u32;
/** The first query of this dispatch. */
override first: u32;
override count: u32;
/** The vec4s of a row. */
override quads: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let across = (count + 3u) / 4u;
  if (t >= across * ((length + 3u) / 4u)) { return; }
  let code = t / across * 4u;
  let query = t % across * 4u;
  // Rows past the last one read the last one again; their results are not stored.
  let c = min(code + vec4u(0u, 1u, 2u, 3u), vec4u(length - 1u)) * quads;
  let q = (first + min(query + vec4u(0u, 1u, 2u, 3u), vec4u(count - 1u))) * quads;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var d = 0u; d < quads; d++) {
    let rows = mat4x4f(queries[q.x + d], queries[q.y + d], queries[q.z + d], queries[q.w + d]);
    sum0 += squares(rows, codes[c.x + d]);
    sum1 += squares(rows, codes[c.y + d]);
    sum2 += squares(rows, codes[c.z + d]);
    sum3 += squares(rows, codes[c.w + d]);
  }
  let sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var i = 0u; i < min(4u, length - code); i++) {
    for (var j = 0u; j < min(4u, count - query); j++) { y[(code + i) * count + query + j] = sums[i][j]; }
  }
}

/** The squared distances of four queries from one code, over four dimensions. */
fn squares(rows: mat4x4f, code: vec4f) -> vec4f {
  let a = rows[0] - code;
  let b = rows[1] - code;
  let c = rows[2] - code;
  let d = rows[3] - code;
  return vec4f(dot(a, a), dot(b, b), dot(c, c), dot(d, d));
}
`,
  );

/**
 * The k smallest values of each column of x [length, columns], in order, with their row numbers. Among equals, the earlier row comes first. It runs
 * in stages, like a sum: an invocation searches one of `parts` strips of a column, and later stages take the row numbers from the stage before.
 * Values that are not finite count as the largest number. k ≤ length.
 */
export const smallestShader = (k: number, first: boolean) =>
  shader<'x' | 'y' | 'at', 'places'>(
    'smallest',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> at: array<u32>;
#if ${!first}
@group(0) @binding(3) var<storage, read> places: array<u32>;
#endif
override length: u32;
override columns: u32;
override parts: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= parts * columns) { return; }
  let column = t % columns;
  let part = t / columns;
  var values: array<f32, ${k}>;
  var rows: array<u32, ${k}>;
  for (var i = 0u; i < ${k}u; i++) {
    values[i] = 3.4028234e38;
    rows[i] = 0xffffffffu;
  }
  for (var along = part; along < length; along += parts) {
    let read = x[along * columns + column];
    let value = select(read, 3.4028234e38, (bitcast<u32>(read) & 0x7f800000u) == 0x7f800000u);
#if ${first}
    let row = along;
#else
    let row = places[along * columns + column];
#endif
    if (value > values[${k - 1}] || (value == values[${k - 1}] && row >= rows[${k - 1}])) { continue; }
    var i = ${k - 1}u;
    while (i > 0u && (value < values[i - 1u] || (value == values[i - 1u] && row < rows[i - 1u]))) {
      values[i] = values[i - 1u];
      rows[i] = rows[i - 1u];
      i--;
    }
    values[i] = value;
    rows[i] = row;
  }
  for (var i = 0u; i < ${k}u; i++) {
    y[(part * ${k}u + i) * columns + column] = values[i];
    at[(part * ${k}u + i) * columns + column] = rows[i];
  }
}
`,
  );
