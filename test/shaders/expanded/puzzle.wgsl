// move tiles

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, down: u32, across: u32, height: u32, width: u32, channels: u32 }

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let height = sizes.height;
  let width = sizes.width;
  let channels = sizes.channels;
  let across = sizes.across;
  if (t >= sizes.rows * height * width * channels) { return; }
  let place = t / channels;
  let line = place / width;
  let row = line / height;
  let c = t - place * channels;
  let ix = place - line * width;
  let iy = line - row * height;
  let tile_height = height / sizes.down;
  let tile_width = width / across;
  let source = order[row * sizes.down * across + iy / tile_height * across + ix / tile_width];
  let from_y = source / across * tile_height + iy % tile_height;
  let from_x = source % across * tile_width + ix % tile_width;
  y[t] = x[((row * height + from_y) * width + from_x) * channels + c];
}
