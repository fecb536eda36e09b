import { grid, groupSize } from './grid.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

export interface GatherVariant {
  /** The data are bytes, four in each word. */
  readonly bytes: boolean;
  /** Rows are whole words or vec4s. */
  readonly wide: boolean;
  /** Reads the rows in the order given by `order`; if false, in sequence. */
  readonly ordered: boolean;
  /**
   * The examples that the buffer holds. `'all'`: every example. `'split'`: `count` examples from number `first` on. `'ring'`: a window of the data,
   * in which an example replaces the one `window` examples earlier.
   */
  readonly held: 'all' | 'split' | 'ring';
  /** Examples begin `stride` values apart, so that windows may overlap or skip values. If false, each begins at the end of the one before. */
  readonly strided: boolean;
}

/**
 * x[r,c] = scale data[order[position + r], c], where [n, c] is value n · stride + c of the buffer
 *
 * Padding rows past the end of the epoch repeat its last example, so that all values are ordinary. The loss ignores them.
 */
export const gatherShader = ({ bytes, wide, ordered, held, strided }: GatherVariant) =>
  shader<'data' | 'state' | 'x', 'order'>(
    'gather',
    wgsl`
#if ${bytes}
@group(0) @binding(0) var<storage, read> data: array<u32>;
#elif ${wide}
@group(0) @binding(0) var<storage, read> data: array<vec4f>;
#else
@group(0) @binding(0) var<storage, read> data: array<f32>;
#endif
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> x: array<${wide ? 'vec4f' : 'f32'}>;
#if ${ordered}
@group(0) @binding(3) var<storage, read> order: array<u32>;
#endif
override rows: u32;
override columns: u32;
override scale: f32;
#if ${strided}
override stride: u32;
#endif
#if ${held === 'ring'}
override window: u32;
#endif
#if ${held === 'split'}
override first: u32;
override count: u32;
#endif
${grid}
${state()}
${batchRows}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
#if ${wide}
  let width = columns / 4u;
#else
  let width = columns;
#endif
  if (t >= rows * width) { return; }
  var row = state.position + min(t / width, batch_rows() - 1u);
#if ${ordered}
  row = order[row];
#endif
#if ${held === 'ring'}
  row %= window;
#endif
#if ${held === 'split'}
  // A row is written by the dispatch whose buffer holds it.
  if (row < first || row - first >= count) { return; }
  row -= first;
#endif
#if ${strided && wide}
  let at = row * (stride / 4u) + t % width;
#elif ${strided}
  let at = row * stride + t % width;
#else
  let at = row * width + t % width;
#endif
#if ${bytes && wide}
  let word = data[at];
  x[t] = scale * vec4f(vec4u(word, word >> 8u, word >> 16u, word >> 24u) & vec4u(0xffu));
#elif ${bytes}
  x[t] = scale * f32((data[at / 4u] >> (8u * (at % 4u))) & 0xffu);
#else
  x[t] = scale * data[at];
#endif
}
`,
  );

/** out[slot · batch + r, c] = y[r,c] for the rows of the batch that are real */
export const scatterShader = () =>
  shader<'y' | 'state' | 'out'>(
    'scatter',
    wgsl`
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
override columns: u32;
${grid}
${state()}
${batchRows}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch_rows() * columns) { return; }
  out[state.slot * state.batch * columns + t] = y[t];
}
`,
  );
