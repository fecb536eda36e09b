import { grid, groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/** What a blank holds, as `src/runtime/blank.ts` has it: a number larger than any other, as not all devices keep NaN apart. */
export const blankCell = 3 * 2 ** 126;

/** What is larger is a blank: 2¹²⁷. */
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
