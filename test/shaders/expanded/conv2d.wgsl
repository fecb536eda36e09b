// conv2d 4x4 relu

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes {
  batch: u32,
  height: u32,
  width: u32,
  channels: u32,
  filters: u32,
  out_height: u32,
  out_width: u32,
  kernel_height: u32,
  kernel_width: u32,
  stride_y: u32,
  stride_x: u32,
  pad_top: u32,
  pad_left: u32,

  parts: u32,
  slice: u32,
  add_y: u32,
  add_sums: u32
}

@group(0) @binding(4) var<storage, read> bias: array<vec4f>;

fn activate_one(z: f32) -> f32 {
  return max(z, 0.0);
}
fn slope_one(y: f32) -> f32 {
  return select(0.0, 1.0, y > 0.0);
}
fn activate(z: vec4f) -> vec4f {
  return vec4f(activate_one(z.x), activate_one(z.y), activate_one(z.z), activate_one(z.w));
}
fn slope(s: vec4f) -> vec4f {
  return vec4f(slope_one(s.x), slope_one(s.y), slope_one(s.z), slope_one(s.w));
}

const none = 0xffffffffu;

fn store(i: u32, j: u32, sum: vec4f, m: u32, n: u32, add: bool) {
  if (i >= m || j >= n) { return; }
  let row = i;

  var v = sum;

  let at = (row * n + j) / 4u;

  v += bias[j / 4u];

  v = activate(v);

  if (add) { v += y[at]; }
  y[at] = v;

}

/** The start of a pixel's patch, as an offset in x and as a position in the image. */
struct Patch { at: i32, top: i32, left: i32 }

fn patch_at(i: u32) -> Patch {
  let width = i32(sizes.width);
  let pixel = i % (sizes.out_height * sizes.out_width);
  let example = i32(i / (sizes.out_height * sizes.out_width));
  let top = i32(pixel / sizes.out_width * sizes.stride_y) - i32(sizes.pad_top);
  let left = i32(pixel % sizes.out_width * sizes.stride_x) - i32(sizes.pad_left);
  // Past the last pixel, every row is outside the image.
  return Patch(((example * i32(sizes.height) + top) * width + left) * i32(sizes.channels), select(-0x8000000, top, example < i32(sizes.batch)), left);
}

/** The offset of the channels of one pixel of a patch, in vec4s; negative outside the image. */
fn tap_at(patch_: Patch, ky: u32, kx: u32, height: u32, width: u32, line: u32, channels: u32) -> i32 {
  let inside = (u32(patch_.top + i32(ky)) < height) & (u32(patch_.left + i32(kx)) < width);
  return select(-1, (patch_.at + i32(ky * line + kx * channels)) / 4, inside);
}

fn load_x(tap: i32, c: u32) -> vec4f {
  // Without a branch, because a CPU would take it for each invocation in turn.
  return select(vec4f(), x[max(tap, 0) + i32(c)], tap >= 0);
}

fn load_w(i: u32, j: u32, rows: u32, columns: u32) -> vec4f {

  let at = (i * columns + j) / 4u;

  return w[at];

}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let invocation = ((sizes.slice * groups.y + id.y) * groups.x + id.x) * 64u + local;

  let m = sizes.batch * sizes.out_height * sizes.out_width;
  let n = sizes.filters;
  let height = sizes.height;
  let width = sizes.width;
  let channels = sizes.channels;
  let line = width * channels;
  let kernel_height = sizes.kernel_height;
  let kernel_width = sizes.kernel_width;
  let run = kernel_width * channels;
  let kernels = n * kernel_height;

  let across = n / 4u + u32(n % 4u > 0u);
  let down = m / 4u + u32(m % 4u > 0u);
  let tiles = across * down;
  let tile = invocation / 1u;
  if (tile >= tiles) {

    return;
  }

  let tile_row = tile / across;
  let tile_column = tile % across;

  let row = tile_row * 4u;
  let column = tile_column * 4u;

  let patch0 = patch_at(row + 0u);
  let patch1 = patch_at(row + 1u);
  let patch2 = patch_at(row + 2u);
  let patch3 = patch_at(row + 3u);
  let kernel0 = (column + 0u) * kernel_height * run / 4u;
  let kernel1 = (column + 1u) * kernel_height * run / 4u;
  let kernel2 = (column + 2u) * kernel_height * run / 4u;
  let kernel3 = (column + 3u) * kernel_height * run / 4u;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();

  for (var ky = 0u; ky < kernel_height; ky++) { for (var kx = 0u; kx < kernel_width; kx++) {
  let tap0 = tap_at(patch0, ky, kx, height, width, line, channels);
  let tap1 = tap_at(patch1, ky, kx, height, width, line, channels);
  let tap2 = tap_at(patch2, ky, kx, height, width, line, channels);
  let tap3 = tap_at(patch3, ky, kx, height, width, line, channels);
  let tap_w = (ky * run + kx * channels) / 4u;
  for (var c = 0u; c < channels / 4u; c++) {

  let a0 = load_x(tap0, c);
  let a1 = load_x(tap1, c);
  let a2 = load_x(tap2, c);
  let a3 = load_x(tap3, c);

  let b0 = transpose(mat4x4f(w[kernel0 + tap_w + c], w[kernel1 + tap_w + c], w[kernel2 + tap_w + c], w[kernel3 + tap_w + c]));

  sum0 += b0 * a0;
  sum1 += b0 * a1;
  sum2 += b0 * a2;
  sum3 += b0 * a3;

  } } }
  let add = sizes.add_y != 0u;
  // A loop, because compiling the epilogue for each sum would take longer than compiling all the rest.
  var tile_sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var s = 0u; s < 4u; s++) {
    var i = row + s / 1u;
    var j = column + s % 1u * 4u;

    store(i, j, tile_sums[s], m, n, add);
  }
}
