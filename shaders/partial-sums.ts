import { groupSize, inTurn } from './grid.ts';
import { shader, unroll, wgsl } from './wgsl.ts';

/** What is told of each of the sums: where it begins among the workgroups, in x and in y; what `sumStage` calls across, length and parts; its kind; and whether y is added to. */
const fields = ['begin', 'x', 'y', 'across', 'length', 'strips', 'kind', 'add'] as const;

/** How the values of a sum lie: one by one, as vec4s, or as vec4s that are all added up in the end. */
export const sumKinds = { narrow: 0, wide: 1, folded: 2 };

/** What one of several sums is, by the names of `fields`. */
export type PartialSum = Record<(typeof fields)[number], number>;

/** The shader's constants for these sums. */
export const partialSumConstants = (sums: readonly PartialSum[]): Record<string, number> =>
  Object.fromEntries(sums.flatMap((sum, n) => fields.map((name) => [`${name}${n}`, sum[name]])));

/**
 * y_n[i] = Σ_p Σ_t x_n[p + t·strips, i], for several sums n of parts of one x into parts of one y: the last two stages of what `sumStage` does for each,
 * with the same additions in the same order. An invocation adds up a strip; of an output they lie in one workgroup, and the first adds up theirs.
 */
export const partialSumsShader = (count: number) =>
  shader<'x' | 'y'>(
    'partial sums',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
${unroll(count, (n) => fields.map((name) => `override ${name}${n}: u32;`).join(' '))}
struct Sum { ${fields.map((name) => `${name}: u32`).join(', ')} }
var<workgroup> shares: array<vec4f, ${groupSize}>;
fn value(i: u32) -> f32 {
  return x[i / 4u][i % 4u];
}
@compute @workgroup_size(${groupSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let group = id.y * groups.x + id.x;
  var s = Sum(${fields.map((name) => `${name}0`).join(', ')});
  ${unroll(count - 1, (n) => `if (group >= begin${n + 1}) { s = Sum(${fields.map((name) => `${name}${n + 1}`).join(', ')}); }`)}
  let outputs = ${groupSize}u / s.strips;
  let strip = local / outputs;
  let i = (group - s.begin) * outputs + local % outputs;
  let end = select(0u, s.length, strip < s.strips && i < s.across);
  if (s.kind == ${sumKinds.narrow}u) {
    var sum = 0.0;
    let first = s.x + i;
    ${inTurn('at', 'strip', 'end', 's.strips', (at) => `value(first + ${at} * s.across)`)}
    shares[local] = vec4f(sum, 0.0, 0.0, 0.0);
  } else {
    var sum = vec4f();
    let first = s.x / 4u + i;
    ${inTurn('at', 'strip', 'end', 's.strips', (at) => `x[first + ${at} * s.across]`)}
    shares[local] = sum;
  }
  workgroupBarrier();
  if (strip > 0u || i >= s.across) { return; }
  var total = vec4f();
  for (var p = 0u; p < s.strips; p++) {
    let share = shares[p * outputs + local];
    if (s.kind == ${sumKinds.folded}u) {
      total.x = (((total.x + share.x) + share.y) + share.z) + share.w;
    } else {
      total += share;
    }
  }
  let count = select(1u, 4u, s.kind == ${sumKinds.wide}u);
  for (var c = 0u; c < count; c++) {
    let at = s.y + i * count + c;
    var one = total[c];
    if (s.add != 0u) { one += y[at]; }
    y[at] = one;
  }
}
`,
  );
