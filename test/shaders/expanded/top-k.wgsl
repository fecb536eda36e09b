// top k

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;
@group(0) @binding(2) var<storage, read_write> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> values: array<u32>;
@group(0) @binding(4) var<storage, read_write> cuts: array<vec4u>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, columns: u32, k: u32 }

fn key_of(bits: u32) -> u32 {
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) { return 0xffffffffu; }
  if (magnitude == 0u) { return 0x80000000u; }
  return bits ^ select(0x80000000u, 0xffffffffu, bits != magnitude);
}

fn key_in(bits: u32, j: u32) -> u32 { return key_of(bits); }

fn is_kept(key: u32, i: u32, cut: vec4u) -> bool {
  return key > cut.x || (key == cut.x && ~i >= cut.y);
}

var<workgroup> bins: array<atomic<u32>, 256>;
var<private> run_bin: u32;
var<private> run_length: u32;
fn count_in(bin: u32) {
  if (bin != run_bin) {
    end_run();
    run_bin = bin;
  }
  run_length++;
}
fn end_run() {
  if (run_length > 0u) { atomicAdd(&bins[run_bin], run_length); }
  run_length = 0u;
}

var<workgroup> from_here: array<u32, 256>;
var<workgroup> chosen: vec2u;
fn choose(count: u32, place: u32, local: u32) -> vec2u {
  from_here[local] = count;
  workgroupBarrier();
  for (var step = 1u; step < 256u; step *= 2u) {
    let more = select(0u, from_here[min(local + step, 255u)], local + step < 256u);
    workgroupBarrier();
    from_here[local] += more;
    workgroupBarrier();
  }
  let larger = from_here[local] - count;
  if (larger < place && place <= from_here[local]) { chosen = vec2u(local, place - larger); }
  workgroupBarrier();
  return chosen;
}

/** The numbers of keys larger than the least that is kept, and equal to it, up to the end of each invocation's stretch. */
var<workgroup> ranks: array<vec2u, 256>;
var<workgroup> last: u32;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  if (row >= sizes.rows) { return; }
  let columns = sizes.columns;
  let k = sizes.k;
  let first = row * columns;
  var least = 0u;
  var place = k;
  for (var digit = 0u; digit < 4u; digit++) {
    let shift = 24u - 8u * digit;
    atomicStore(&bins[local], 0u);
    workgroupBarrier();
    for (var i = local; i < columns; i += 256u) {
      let key = key_in(x[first + i], i);
      if ((key >> shift) >> 8u == least) { count_in((key >> shift) & 255u); }
    }
    end_run();
    workgroupBarrier();
    let found = choose(atomicLoad(&bins[local]), place, local);
    least = (least << 8u) | found.x;
    place = found.y;
  }

  let stretch = (columns + 255u) / 256u;
  let begin = min(local * stretch, columns);
  let end = min(begin + stretch, columns);
  var own = vec2u();
  for (var i = begin; i < end; i++) {
    let key = key_in(x[first + i], i);
    own += vec2u(u32(key > least), u32(key == least));
  }
  ranks[local] = own;
  workgroupBarrier();
  for (var step = 1u; step < 256u; step *= 2u) {
    let before = select(vec2u(), ranks[max(local, step) - step], local >= step);
    workgroupBarrier();
    ranks[local] += before;
    workgroupBarrier();
  }
  var before = ranks[local] - own;
  for (var i = begin; i < end; i++) {
    let bits = x[first + i];
    let key = key_in(bits, i);
    if (key < least || (key == least && before.y >= place)) { continue; }
    let to = row * k + before.x + min(before.y, place);
    indices[to] = i;
    values[to] = select(0u, bits, key != 0u);
    before += vec2u(u32(key > least), u32(key == least));
    if (key == least && before.y == place) { last = i; }
  }
  workgroupBarrier();
  let cut = vec4u(least, ~last, 0u, 0u);
  if (local == 0u) { cuts[row] = cut; }
  for (var i = local; i < columns; i += 256u) {
    let bits = x[first + i];
    let key = key_in(bits, i);
    y[first + i] = select(0u, bits, key != 0u && is_kept(key, i, cut));
  }
}
