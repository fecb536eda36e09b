// move tiles

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
override rows: u32;
override down: u32;
override across: u32;
override height: u32;
override width: u32;
override channels: u32;

fn invocation(id: vec3u, groups: vec3u) -> u32 {
  return id.y * groups.x * 64u + id.x;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  if (t >= rows * height * width * channels) { return; }
  let c = t % channels;
  let ix = t / channels % width;
  let iy = t / (channels * width) % height;
  let row = t / (channels * width * height);
  let tile_height = height / down;
  let tile_width = width / across;
  let source = order[row * down * across + iy / tile_height * across + ix / tile_width];
  let from_y = source / across * tile_height + iy % tile_height;
  let from_x = source % across * tile_width + ix % tile_width;
  y[t] = x[((row * height + from_y) * width + from_x) * channels + c];
}
