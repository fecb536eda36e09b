import { groupSize } from './grid.ts';
import { shader, wgsl } from './wgsl.ts';

/**
 * met[i] = the numbers of the two neighbours with which invocation i of a workgroup exchanges values in its quad
 *
 * Products in quads are correct only if these are i ^ 1 and i ^ 2. WGSL does not specify which invocations of a workgroup share a subgroup.
 */
export const quadsShader = () =>
  shader<'met'>(
    'quads',
    wgsl`
enable subgroups;
@group(0) @binding(0) var<storage, read_write> met: array<vec2u>;
@compute @workgroup_size(${groupSize})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  met[id.x * ${groupSize}u + local] = vec2u(quadSwapX(local), quadSwapY(local));
}
`,
  );
