// conv2d 4x4

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

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

@group(0) @binding(4) var<storage, read> bias: array<f32>;

const none = 0xffffffffu;

fn store(i: u32, j: u32, sum: vec4f, m: u32, n: u32, add: bool) {
  if (i >= m || j >= n) { return; }
  let row = i;

  var v = sum;

  let count = min(4u, n - j);
  for (var c = 0u; c < count; c++) {
    let at = row * n + j + c;
    var one = v[c];

    one += bias[j + c];

    if (add) { one += y[at]; }
    y[at] = one;
  }

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

/** Four neighbours in row ky of a patch, from j on, along pixels and channels combined. */
fn load_x(patch_: Patch, ky: u32, j: u32, height: u32, width: u32, line: u32, channels: u32) -> vec4f {

  let each = i32(j) + vec4i(0, 1, 2, 3);

  let left = patch_.left * i32(channels);
  let end = select(0, min(i32(sizes.kernel_width * channels), i32(line) - left), u32(patch_.top + i32(ky)) < height);
  let inside = (each >= vec4i(max(0, -left))) & (each < vec4i(end));
  let places = select(vec4i(), patch_.at + i32(ky * line) + each, inside);
  return select(vec4f(), vec4f(x[places.x], x[places.y], x[places.z], x[places.w]), inside);
}

fn load_w(i: u32, j: u32, rows: u32, columns: u32) -> vec4f {

  let each = j + vec4u(0u, 1u, 2u, 3u);
  let inside = (each < vec4u(columns)) & vec4<bool>(i < rows);
  let places = select(vec4u(), i * columns + each, inside);
  return select(vec4f(), vec4f(w[places.x], w[places.y], w[places.z], w[places.w]), inside);

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

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var ky = 0u; ky < kernel_height; ky++) { for (var j = 0u; j < run; j += 4u) {

  let a0 = load_x(patch0, ky, j, height, width, line, channels);
  let a1 = load_x(patch1, ky, j, height, width, line, channels);
  let a2 = load_x(patch2, ky, j, height, width, line, channels);
  let a3 = load_x(patch3, ky, j, height, width, line, channels);

  let b0 = transpose(mat4x4f(load_w((column + 0u) * kernel_height + ky, j, kernels, run), load_w((column + 1u) * kernel_height + ky, j, kernels, run), load_w((column + 2u) * kernel_height + ky, j, kernels, run), load_w((column + 3u) * kernel_height + ky, j, kernels, run)));

  sum0 += b0 * a0;
  sum1 += b0 * a1;
  sum2 += b0 * a2;
  sum3 += b0 * a3;

  } }
  let add = sizes.add_y != 0u;
  // A loop, because compiling the epilogue for each sum would take longer than compiling all the rest.
  var tile_sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var s = 0u; s < 4u; s++) {
    var i = row + s / 1u;
    var j = column + s % 1u * 4u;

    store(i, j, tile_sums[s], m, n, add);
  }
}
