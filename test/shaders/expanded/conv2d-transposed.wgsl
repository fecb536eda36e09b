// conv2d transposed 4x4

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
  let row = pixel_at(i).index;

  if (row == none) { return; }

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

fn in_class() -> u32 {
  let down = (sizes.height + sizes.stride_y - 1u) / sizes.stride_y;
  let across = (sizes.width + sizes.stride_x - 1u) / sizes.stride_x;
  return down * across * sizes.batch;
}

fn filled_rows(count: u32) -> u32 {
  return (count + 3u) / 4u * 4u;
}

fn class_rows() -> u32 {
  return filled_rows(in_class());
}

/** A pixel of y: its index, or none, and the position in x that its first tap reads. */
struct Pixel { index: u32, at: i32, row: i32, column: i32 }

fn pixel_at(i: u32) -> Pixel {
  let stride_y = sizes.stride_y;
  let stride_x = sizes.stride_x;
  let class_ = i / class_rows();
  let r = i % class_rows();
  let across = (sizes.width + stride_x - 1u) / stride_x;
  let down = (sizes.height + stride_y - 1u) / stride_y;
  let iy = r / across % down * stride_y + class_ / stride_x;
  let ix = r % across * stride_x + class_ % stride_x;
  if (class_ >= stride_y * stride_x || r >= in_class() || iy >= sizes.height || ix >= sizes.width) { return Pixel(none, 0, -1, 0); }
  let example = r / (across * down);
  let row = i32((iy + sizes.pad_top) / stride_y);
  let column = i32((ix + sizes.pad_left) / stride_x);
  let at = (i32(example * sizes.out_height) + row) * i32(sizes.out_width) + column;
  return Pixel((example * sizes.height + iy) * sizes.width + ix, at * i32(sizes.filters), row, column);
}

/** Four neighbours along taps and filters combined; with few filters, four taps. */
fn load_x(pixel: Pixel, ty: i32, tx: vec4i, f: vec4i, height: u32, width: u32, filters: i32) -> vec4f {
  let inside = (vec4u(pixel.column - tx) < vec4u(width)) & vec4<bool>(u32(pixel.row - ty) < height && pixel.row >= 0);
  let places = select(vec4i(), pixel.at - (ty * i32(width) + tx) * filters + f, inside);
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

  let stride_y = sizes.stride_y;
  let stride_x = sizes.stride_x;
  let m = stride_y * stride_x * class_rows();
  let n = sizes.channels;
  let filters = sizes.filters;
  let height = sizes.out_height;
  let width = sizes.out_width;
  let kernel_height = sizes.kernel_height;
  let kernel_width = sizes.kernel_width;
  let taps = kernel_height * kernel_width;

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

  let pixel0 = pixel_at(row + 0u);
  let pixel1 = pixel_at(row + 1u);
  let pixel2 = pixel_at(row + 2u);
  let pixel3 = pixel_at(row + 3u);
  let class_ = row / class_rows();
  let first_y = (class_ / stride_x + sizes.pad_top) % stride_y;
  let first_x = (class_ % stride_x + sizes.pad_left) % stride_x;

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();

  let run = (kernel_width - min(first_x, kernel_width) + stride_x - 1u) / stride_x * filters;
  for (var ky = first_y; ky < kernel_height; ky += stride_y) {
  let ty = i32(ky / stride_y);
  for (var j = 0u; j < run; j += 4u) {

  let each = j + vec4u(0u, 1u, 2u, 3u);

  let tx = vec4i(each / filters);

  let f = vec4i(each % filters);
  // Past the last tap the row is past the end of w.
  let rows = select(vec4u(filters * taps), vec4u(f) * taps + ky * kernel_width + first_x + vec4u(tx) * stride_x, each < vec4u(run));

  let a0 = load_x(pixel0, ty, tx, f, height, width, i32(filters));
  let a1 = load_x(pixel1, ty, tx, f, height, width, i32(filters));
  let a2 = load_x(pixel2, ty, tx, f, height, width, i32(filters));
  let a3 = load_x(pixel3, ty, tx, f, height, width, i32(filters));

  let b0 = mat4x4f(load_w(rows[0], column + 0u, filters * taps, n), load_w(rows[1], column + 0u, filters * taps, n), load_w(rows[2], column + 0u, filters * taps, n), load_w(rows[3], column + 0u, filters * taps, n));

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
