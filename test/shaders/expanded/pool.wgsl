// maxPool2d

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> at: array<u32>;

override batch: u32;
override height: u32;
override width: u32;
override channels: u32;
override out_height: u32;
override out_width: u32;
override kernel_height: u32;
override kernel_width: u32;
override stride_y: u32;
override stride_x: u32;
override pad_top: u32;
override pad_left: u32;

const none = 0xffffffffu;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch * out_height * out_width * channels) { return; }
  let c = t % channels;
  let top = i32(t / (channels * out_width) % out_height * stride_y) - i32(pad_top);
  let left = i32(t / channels % out_width * stride_x) - i32(pad_left);
  let image = t / (channels * out_width * out_height) * height * width;
  var best = f32(-3.4e38);
  var best_at = u32(none);
  for (var ky = 0u; ky < kernel_height; ky++) {
    let iy = u32(top + i32(ky));
    for (var kx = 0u; kx < kernel_width; kx++) {
      let ix = u32(left + i32(kx));
      // Without a branch, because a CPU would take it for each invocation in turn.
      let inside = (iy < height) & (ix < width);
      let value = x[select(0u, (image + iy * width + ix) * channels + c, inside)];
      let larger = inside & ((value > best) | (best_at == u32(none)));
      best = select(best, value, larger);
      best_at = select(best_at, u32(ky * kernel_width + kx), larger);
    }
  }
  y[t] = best;
  at[t] = best_at;
}
