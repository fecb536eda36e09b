import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/** The value of a blank cell, as in `src/runtime/blank.ts`. It is larger than any allowed value, because not every device can detect NaN. */
export const blankCell = 3 * 2 ** 126;

/** The largest value of a cell, 2¹²⁷; anything larger is a blank. */
export const largestValue = 2 ** 127;

/** y[i] = x[i], but 0 where x[i] is blank */
export const fillBlanks = () =>
  shader<'x' | 'y'>(
    'fill blanks',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override size: u32;
${grid}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = invocation(id, groups);
  if (i >= size) { return; }
  y[i] = select(x[i], 0.0, x[i] > ${largestValue});
}
`,
  );
