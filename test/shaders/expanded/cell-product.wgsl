// cell product

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> info: array<Column>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> sizes: Sizes;

struct Sizes { size: u32, columns: u32, outs: u32 }

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

struct Column { categories: u32, first_in: u32, first_out: u32, size: u32 }
fn is_blank(cell: f32) -> bool {
  return cell > 1.7014118346046923e+38;
}

struct Place { at: u32, value: f32 }
fn place_of(cell: f32, column: Column) -> Place {
  let blank = is_blank(cell);
  if (column.categories == 0u) {
    return Place(column.first_in + u32(blank), select(cell, 1.0, blank));
  }
  // Limited to the column's places, even for an invalid cell.
  return Place(column.first_in + select(min(u32(max(cell, 0.0)), column.size - 1u), column.size, blank), 1.0);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= sizes.size) { return; }
  let columns = sizes.columns;
  let outs = sizes.outs;
  let row = t / outs;
  let o = t - row * outs;

  var sum = 0.0;

  for (var c = 0u; c < columns; c++) {
    let place = place_of(x[row * columns + c], info[c]);
    sum += place.value * w[place.at * outs + o];
  }
  y[t] = sum;
}
