// conv2d weights 4x4

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
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

const none = 0xffffffffu;

fn store(i: u32, j: u32, sum: vec4f, m: u32, n: u32, add: bool) {
  if (i >= m || j >= n) { return; }
  let row = row_of_part(i);

  if (row == none) { return; }

  var v = sum;

  let count = min(4u, n - j);
  for (var c = 0u; c < count; c++) {
    let at = row * n + j + c;
    var one = v[c];

    if (add) { one += y[at]; }
    y[at] = one;
  }

}

fn filled_rows(count: u32) -> u32 {
  return (count + 3u) / 4u * 4u;
}

fn part_rows() -> u32 {
  return filled_rows(sizes.filters);
}

fn row_of_part(i: u32) -> u32 {
  let filter_ = i % part_rows();
  return select(none, i / part_rows() * sizes.filters + filter_, filter_ < sizes.filters);
}

fn load_a(i: u32, j: u32, rows: u32, columns: u32) -> vec4f {

  let each = j + vec4u(0u, 1u, 2u, 3u);
  let inside = (each < vec4u(columns)) & vec4<bool>(i < rows);
  let places = select(vec4u(), i * columns + each, inside);
  return select(vec4f(), vec4f(a[places.x], a[places.y], a[places.z], a[places.w]), inside);

}

/** Four neighbouring weights of a kernel: their rows and columns in it, and their offsets from the start of a patch. */

struct Spot { row: vec4i, column: vec4i, at: vec4i }

fn spot_at(j: u32) -> Spot {
  let run = sizes.kernel_width * sizes.channels;
  let line = sizes.width * sizes.channels;

  let each = j + vec4u(0u, 1u, 2u, 3u);

  let row = each / run;
  let along = each % run;

  return Spot(vec4i(row), vec4i(along / sizes.channels), vec4i(row * line + along));
}

fn line_at(spot: Spot, top: i32, line: i32, height: u32) -> vec4i {
  return select(vec4i(-0x8000000), line + spot.at, vec4u(top + spot.row) < vec4u(height));
}

fn load_x(spot: Spot, line: vec4i, left: i32, at: i32, width: u32) -> vec4f {
  let inside = (vec4u(left + spot.column) < vec4u(width)) & (line > vec4i(-0x8000000));
  let places = select(vec4i(), line + at, inside);
  return select(vec4f(), vec4f(x[places.x], x[places.y], x[places.z], x[places.w]), inside);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let invocation = ((sizes.slice * groups.y + id.y) * groups.x + id.x) * 64u + local;

  let filters = sizes.filters;
  let m = sizes.parts * part_rows();
  let n = sizes.kernel_height * sizes.kernel_width * sizes.channels;
  let batch = sizes.batch;
  let share = (batch + sizes.parts - 1u) / sizes.parts;
  let height = sizes.height;
  let width = sizes.width;
  let channels = i32(sizes.channels);
  let out_height = sizes.out_height;
  let out_width = sizes.out_width;
  let stride_y = i32(sizes.stride_y);
  let stride_x = i32(sizes.stride_x);
  let pad_top = i32(sizes.pad_top);
  let pad_left = i32(sizes.pad_left);
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

  let spot0 = spot_at(column + 0u);
  let part = row / part_rows();
  let filter_ = row % part_rows();
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();

  for (var b = part * share; b < min(batch, (part + 1u) * share); b++) { for (var oy = 0u; oy < out_height; oy++) {

  let first = (b * out_height + oy) * out_width;
  let top = i32(oy) * stride_y - pad_top;
  let line = (i32(b * height) + top) * i32(width) * channels;
  let line0 = line_at(spot0, top, line, height);
  for (var ox = 0u; ox < out_width; ox += 4u) {
  let left0 = i32(ox) * stride_x - pad_left;
  let left1 = left0 + 1 * stride_x;
  let left2 = left0 + 2 * stride_x;
  let left3 = left0 + 3 * stride_x;
  let at0 = left0 * channels;
  let at1 = left1 * channels;
  let at2 = left2 * channels;
  let at3 = left3 * channels;

  let rows0 = transpose(mat4x4f(load_a(first + ox + 0u, filter_ + 0u, first + out_width, filters), load_a(first + ox + 1u, filter_ + 0u, first + out_width, filters), load_a(first + ox + 2u, filter_ + 0u, first + out_width, filters), load_a(first + ox + 3u, filter_ + 0u, first + out_width, filters)));
  let a0 = rows0[0];
  let a1 = rows0[1];
  let a2 = rows0[2];
  let a3 = rows0[3];

  let b0 = mat4x4f(load_x(spot0, line0, left0, at0, width), load_x(spot0, line0, left1, at1, width), load_x(spot0, line0, left2, at2, width), load_x(spot0, line0, left3, at3, width));

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
