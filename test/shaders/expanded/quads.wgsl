// quads

enable subgroups;
@group(0) @binding(0) var<storage, read_write> met: array<vec2u>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  met[id.x * 64u + local] = vec2u(quadSwapX(local), quadSwapY(local));
}
