// matmul NT 4x4 relu

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;

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

  let count = min(4u, n - j);
  for (var c = 0u; c < count; c++) {
    let at = row * n + j + c;
    var one = v[c];

    one = activate_one(one);

    if (add) { one += y[at]; }
    y[at] = one;
  }

}

struct Sizes { m: u32, n: u32, k: u32, slice: u32, add_y: u32, add_sums: u32 }

fn load_a(i: u32, j: u32, rows: u32, columns: u32) -> vec4f {

  let at = (i * columns + j) / 4u;

  return a[at];

}

fn load_b(i: u32, j: u32, rows: u32, columns: u32) -> vec4f {

  let at = (i * columns + j) / 4u;

  return b[at];

}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let invocation = ((sizes.slice * groups.y + id.y) * groups.x + id.x) * 64u + local;

  let m = sizes.m;
  let n = sizes.n;
  let k = sizes.k;
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

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var at = 0u; at < k; at += 4u) {

  let a0 = load_a(row + 0u, at, m, k);
  let a1 = load_a(row + 1u, at, m, k);
  let a2 = load_a(row + 2u, at, m, k);
  let a3 = load_a(row + 3u, at, m, k);

  let b0 = transpose(mat4x4f(load_b(column + 0u, at, n, k), load_b(column + 1u, at, n, k), load_b(column + 2u, at, n, k), load_b(column + 3u, at, n, k)));

  sum0 += b0 * a0;
  sum1 += b0 * a1;
  sum2 += b0 * a2;
  sum3 += b0 * a3;

  }
  let add = sizes.add_y != 0u;
  // A loop, because compiling the epilogue for each sum would take longer than compiling all the rest.
  var tile_sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var s = 0u; s < 4u; s++) {
    var i = row + s / 1u;
    var j = column + s % 1u * 4u;

    store(i, j, tile_sums[s], m, n, add);
  }
}
