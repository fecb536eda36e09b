import { inTurn } from './grid.ts';
import { shader, unroll, wgsl } from './wgsl.ts';

/** Invocations in a workgroup. It is small, because a step has few sums, and other work waits for them. */
export const sumGroup = 32;

/** The constants of each sum: the offsets of x and y, the width and the rows of x, and whether to add to y. */
const fields = ['x', 'y', 'width', 'rows', 'add'] as const;

/** The constants of one of several sums, by the names of `fields`. */
export type PartialSum = Record<(typeof fields)[number], number>;

/** Returns the shader's constants for these sums. */
export const partialSumConstants = (sums: readonly PartialSum[]): Record<string, number> =>
  Object.fromEntries(sums.flatMap((sum, n) => fields.map((name) => [name + n, sum[name]])));

/**
 * y_n[i] = Σ_p Σ_t x_n[p + t·strips, i], for several sums n, which read parts of one x and write parts of one y. The additions have the order of
 * `sumStage`. Each strip has at most `strip` rows.
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
