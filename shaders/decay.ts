import { grid, groupSize, within } from './grid.ts';
import { batchRows, state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** vec4s of a weight that one invocation processes. */
export const decayStrip = 16;

/**
 * sums[first + t] = ½ factor batch_rows Σ w² over strip t,  dw = gradient_factor w
 *
 * The factor batch_rows is there because all sums of a step's loss are divided by it. Several weights write into one `sums`, each from `first` on.
 */
export const decayShader = (gradient: boolean) =>
  shader<'w' | 'state' | 'sums', 'dw'>(
    gradient ? 'weight decay' : 'weight decay without gradient',
    wgsl`
@group(0) @binding(0) var<storage, read> w: array<vec4f>;
@group(0) @binding(1) var<storage, read> state: State;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
#if ${gradient}
@group(0) @binding(4) var<storage, read_write> dw: array<vec4f>;
override add_dw = false;
#endif
struct Sizes { size: u32, quads: u32, strips: u32, first: u32, factor: f32${gradient ? ', gradient_factor: f32' : ''} }
${grid}
${within}
${state()}
${batchRows}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let size = sizes.size;
  let quads = sizes.quads;
  let strips = sizes.strips;
  if (t >= strips) { return; }
#if ${gradient}
  let gradient_factor = sizes.gradient_factor;
#endif
  var sum = vec4f();
  for (var i = t; i < quads; i += strips) {
    let v = within(w[i], i, size);
    sum += v * v;
#if ${gradient}
    var d = gradient_factor * v;
    if (add_dw) { d += dw[i]; }
    dw[i] = d;
#endif
  }
  sums[sizes.first + t] = 0.5 * sizes.factor * f32(batch_rows()) * ((sum.x + sum.y) + (sum.z + sum.w));
}
`,
  );
