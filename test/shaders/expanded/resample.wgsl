// upsample2d bilinear

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

override batch: u32;
override height: u32;
override width: u32;
override channels: u32;
override factor_y: u32;
override factor_x: u32;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

fn share(o: u32, i: u32, side: u32, factor: u32) -> f32 {
  let at = clamp((f32(o) + 0.5) / f32(factor) - 0.5, 0.0, f32(side - 1u));
  return max(0.0, 1.0 - abs(at - f32(i)));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let line = width * factor_x;

  if (t >= batch * height * factor_y * line * channels) { return; }
  let c = t % channels;
  let oy = t / (channels * line) % (height * factor_y);
  let ox = t / channels % line;
  let image = t / (channels * line * height * factor_y) * height;
  // The pixels before and after the output's centre, where they exist.
  let first_y = u32(max(0, (i32(2u * oy + 1u) - i32(factor_y)) / i32(2u * factor_y)));
  let first_x = u32(max(0, (i32(2u * ox + 1u) - i32(factor_x)) / i32(2u * factor_x)));
  var sum = f32();
  for (var iy = first_y; iy < min(first_y + 2u, height); iy++) {
    for (var ix = first_x; ix < min(first_x + 2u, width); ix++) {
      sum += share(oy, iy, height, factor_y) * share(ox, ix, width, factor_x) * x[((image + iy) * width + ix) * channels + c];
    }
  }
  y[t] = sum;

}
