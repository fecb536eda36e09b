// conv2d of groups

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { slice: u32 }

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

override dilation_y: u32 = 1u;
override dilation_x: u32 = 1u;
override step_y: u32 = stride_y;
override step_x: u32 = stride_x;
override filters: u32;
override group_channels: u32;
override group_filters: u32;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

fn number(id: vec3u, groups: vec3u) -> u32 {
  return invocation(id, groups) + sizes.slice * groups.x * groups.y * 64u;
}

override add_y = false;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = number(id, groups);
  if (t >= batch * out_height * out_width * filters) { return; }
  let f = t % filters;
  let ox = t / filters % out_width;
  let oy = t / (filters * out_width) % out_height;
  let image = t / (filters * out_width * out_height) * height * width;
  let first = f / group_filters * group_channels;
  var sum = vec4f();
  for (var ky = 0u; ky < kernel_height; ky++) {
    // Above the image it wraps around to a number larger than any side.
    let iy = oy * stride_y + ky * dilation_y - pad_top;
    for (var kx = 0u; kx < kernel_width; kx++) {
      let ix = ox * stride_x + kx * dilation_x - pad_left;
      let inside = (iy < height) & (ix < width);
      let pixel = select(0u, (image + iy * width + ix) * channels + first, inside);
      let tap = (ky * kernel_width + kx) * group_channels * filters + f;
      for (var i = 0u; i < group_channels; i++) {
        sum += select(vec4f(), x[pixel + i], inside) * w[tap + i * filters];
      }
    }
  }

  if (add_y) { sum += y[t]; }
  y[t] = sum;
}
