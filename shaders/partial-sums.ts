import { inTurn } from './grid.ts';
import { shader, unroll, wgsl } from './wgsl.ts';

/** Invocations in a workgroup: few, as the sums of a step are few and are waited for. */
export const sumGroup = 32;

/** What is told of each sum: where x and y begin, how many values wide and how many rows long x is, and whether y is added to. */
const fields = ['x', 'y', 'width', 'rows', 'add'] as const;

/** One of several sums, by the names of `fields`. */
export type PartialSum = Record<(typeof fields)[number], number>;

/** The shader's constants for these sums. */
export const partialSumConstants = (sums: readonly PartialSum[]): Record<string, number> =>
  Object.fromEntries(sums.flatMap((sum, n) => fields.map((name) => [name + n, sum[name]])));

/**
 * y_n[i] = Σ_p Σ_t x_n[p + t·strips, i], for several sums n, of parts of one x into parts of one y: the additions of `sumStage`, in their order, of at most
 * `strip` rows for each of the strips.
 */
export const partialSumsShader = (count: number, strip: number) =>
  shader<'x' | 'y'>(
    'partial sums',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
${unroll(count, (n) => fields.map((name) => `override ${name}${n}: u32;`).join(' '))}
struct Sum { ${fields.map((name) => `${name}: u32`).join(', ')} }
@compute @workgroup_size(${sumGroup})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  var i = (id.y * groups.x + id.x) * ${sumGroup}u + local;
  var s = Sum();
  ${unroll(count, (n) => `if (i >= s.width) { i -= s.width; s = Sum(${fields.map((name) => name + n).join(', ')}); }`)}
  if (i >= s.width) { return; }
  let strips = (s.rows + ${strip - 1}u) / ${strip}u;
  var total = 0.0;
  for (var p = 0u; p < strips; p++) {
    var sum = 0.0;
    ${inTurn('p', 's.rows', 'strips', (at) => `x[s.x + ${at} * s.width + i]`)}
    total += sum;
  }
  if (s.add != 0u) { total += y[s.y + i]; }
  y[s.y + i] = total;
}
`,
  );
