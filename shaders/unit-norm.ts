import { inTurn } from './grid.ts';
import { state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** Columns that a workgroup processes. */
export const columnsOfGroup = 32;
const lanes = 8;

/** Chunk: the column of an invocation, and `total(value, local)`, the sum over a column's invocations. All of the workgroup must call it. */
const columns = wgsl`
override rows: u32;
override columns: u32;
var<workgroup> part: array<f32, ${columnsOfGroup * lanes}>;
fn total(value: f32, local: u32) -> f32 {
  part[local] = value;
  workgroupBarrier();
  var sum = 0.0;
  for (var lane = 0u; lane < ${lanes}u; lane++) { sum += part[lane * ${columnsOfGroup}u + local % ${columnsOfGroup}u]; }
  workgroupBarrier();
  return sum;
}
`;
const begin = wgsl`
@compute @workgroup_size(${columnsOfGroup * lanes})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let column = group.x * ${columnsOfGroup}u + local % ${columnsOfGroup}u;
  let first = min(column, columns - 1u) + local / ${columnsOfGroup}u * columns;
  let end = rows * columns;
  var sum = 0.0;
`;
const by = `(${lanes}u * columns)`;

/** g −= (g · w) w / ‖w‖² for each column, so that the gradient only changes its direction. Columns of zeros keep their gradient. */
export const projectShader = () =>
  shader<'w' | 'g'>(
    'project columns',
    wgsl`
@group(0) @binding(0) var<storage, read> w: array<f32>;
@group(0) @binding(1) var<storage, read_write> g: array<f32>;
override add_g = false;
/** The gradient so far, which is 0 if no kernel has written it. */
fn gradient(at: u32) -> f32 {
  return select(0.0, g[at], add_g);
}
${columns}
${begin}
  {
    ${inTurn('first', 'end', by, (at) => `w[${at}] * w[${at}]`)}
  }
  let norm = total(sum, local);
  sum = 0.0;
  {
    ${inTurn('first', 'end', by, (at) => `gradient(${at}) * w[${at}]`)}
  }
  let along = total(sum, local);
  if (column >= columns || norm == 0.0) { return; }
  for (var at = first; at < end; at += ${by}) { g[at] = gradient(at) - along / norm * w[at]; }
}
`,
  );

/** w /= ‖w‖ for each column, except columns of zeros, unless a step has gone bad */
export const normalizeColumnsShader = () =>
  shader<'state' | 'w'>(
    'unit columns',
    wgsl`
@group(0) @binding(0) var<storage, read> state: State;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
${state()}
${columns}
${begin}
  {
    ${inTurn('first', 'end', by, (at) => `w[${at}] * w[${at}]`)}
  }
  let norm = sqrt(total(sum, local));
  if (column >= columns || norm == 0.0 || state.bad != 0xffffffffu) { return; }
  for (var at = first; at < end; at += ${by}) { w[at] /= norm; }
}
`,
  );
