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
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes {
  rows: u32, columns: u32, scale: f32,${strided ? ' stride: u32,' : ''}${held === 'ring' ? ' window: u32,' : ''}${held === 'split' ? ' first: u32, count: u32,' : ''}
}
#if ${ordered}
@group(0) @binding(4) var<storage, read> order: array<u32>;
#endif
${grid}
${state()}
${batchRows}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
#if ${wide}
  let width = sizes.columns / 4u;
#else
  let width = sizes.columns;
#endif
  if (t >= sizes.rows * width) { return; }
  let own = t / width;
  let column = t - own * width;
  var row = state.position + min(own, batch_rows() - 1u);
#if ${ordered}
  row = order[row];
#endif
#if ${held === 'ring'}
  row %= sizes.window;
#endif
#if ${held === 'split'}
  // A row is written by the dispatch whose buffer holds it.
  row -= sizes.first;
  if (row >= sizes.count) { return; }
#endif
#if ${strided && wide}
  let at = row * (sizes.stride / 4u) + column;
#elif ${strided}
  let at = row * sizes.stride + column;
#else
  let at = row * width + column;
#endif
#if ${bytes && wide}
  let word = data[at];
  x[t] = sizes.scale * vec4f(vec4u(word, word >> 8u, word >> 16u, word >> 24u) & vec4u(0xffu));
#elif ${bytes}
  x[t] = sizes.scale * f32((data[at / 4u] >> (8u * (at % 4u))) & 0xffu);
#else
  x[t] = sizes.scale * data[at];
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
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { columns: u32 }
${grid}
${state()}
${batchRows}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch_rows() * sizes.columns) { return; }
  out[state.slot * state.batch * sizes.columns + t] = y[t];
}
`,
  );
