// avgPool2d

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

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

fn share(oy: u32, ox: u32) -> f32 {
  let top = i32(oy * stride_y) - i32(pad_top);
  let left = i32(ox * stride_x) - i32(pad_left);
  let down = min(top + i32(kernel_height), i32(height)) - max(top, 0);
  let across = min(left + i32(kernel_width), i32(width)) - max(left, 0);
  return 1.0 / f32(down * across);
}

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= batch * out_height * out_width * channels) { return; }
  let c = t % channels;
  let oy = t / (channels * out_width) % out_height;
  let ox = t / channels % out_width;
  let image = t / (channels * out_width * out_height) * height * width;
  var sum = f32();
  for (var ky = 0u; ky < kernel_height; ky++) {
    let iy = oy * stride_y + ky - pad_top;
    for (var kx = 0u; kx < kernel_width; kx++) {
      let ix = ox * stride_x + kx - pad_left;
      // Without a branch, because a CPU would take it for each invocation in turn.
      let inside = (iy < height) & (ix < width);
      sum += select(f32(), x[select(0u, (image + iy * width + ix) * channels + c, inside)], inside);
    }
  }
  y[t] = sum * share(oy, ox);
}
