import { grid, groupSize } from './grid.ts';
import { batchDraws } from './random.ts';
import { state } from './state.ts';
import { shader, wgsl } from './wgsl.ts';

/** order[r,·] = a random permutation of 0 … tiles − 1 for each row, all equally likely (Fisher & Yates) */
export const tileOrderShader = (tiles: number) =>
  shader<'state' | 'order'>(
    'tile order',
    wgsl`
@group(0) @binding(0) var<storage, read> state: State;
@group(0) @binding(1) var<storage, read_write> order: array<u32>;
@group(0) @binding(2) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, which: u32 }
${grid}
${state()}
${batchDraws}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let r = invocation(id, groups);
  if (r >= sizes.rows) { return; }
  var tile: array<u32, ${tiles}>;
  for (var i = 0u; i < ${tiles}u; i++) { tile[i] = i; }
  var words = vec4u();
  for (var drawn = 0u; drawn < ${tiles - 1}u; drawn++) {
    if (drawn % 4u == 0u) { words = draw(drawn / 4u, r); }
    let last = ${tiles - 1}u - drawn;
    let other = words[drawn % 4u] % (last + 1u);
    let kept = tile[last];
    tile[last] = tile[other];
    tile[other] = kept;
  }
  for (var i = 0u; i < ${tiles}u; i++) { order[r * ${tiles}u + i] = tile[i]; }
}
`,
  );

/** y = x with its down × across tiles reordered: tile order[r,t] moves to the position of tile t */
export const moveTilesShader = () =>
  shader<'x' | 'order' | 'y'>(
    'move tiles',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, down: u32, across: u32, height: u32, width: u32, channels: u32 }
${grid}
@compute @workgroup_size(${groupSize})
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
`,
  );

/**
 * Makes a jigsaw puzzle of each image (Noroozi & Favaro 2016). label[r] is the number of a permutation drawn from `table`, and y[r · tiles + t] is a
 * tile cut out of cell table[label][t] of the image, at a random position so that the edges of tiles give no hint. Each tile is normalized to
 * mean 0 and variance 1, so that brightness gives no hint either; a tile of a single colour becomes 0.
 */
export const cutTilesShader = () =>
  shader<'x' | 'table' | 'state' | 'y' | 'label'>(
    'cut tiles',
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> state: State;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> label: array<f32>;
@group(0) @binding(5) var<uniform> sizes: Sizes;
struct Sizes { rows: u32, side: u32, permutations: u32, height: u32, width: u32, which: u32 }
// A tile's number of values is constant, because compilers round the division by a constant differently from other divisions.
override channels: u32;
override tile_height: u32;
override tile_width: u32;
${grid}
${state()}
${batchDraws}
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let t = invocation(id, groups);
  let side = sizes.side;
  let tiles = side * side;
  if (t >= sizes.rows * tiles) { return; }
  let row = t / tiles;
  let slot = t - row * tiles;
  let drawn = draw(tiles, row).x % sizes.permutations;
  if (slot == 0u) { label[row] = f32(drawn); }
  let cell = table[drawn * tiles + slot];
  let cell_height = sizes.height / side;
  let cell_width = sizes.width / side;
  let shift = draw(slot, row);
  let top = cell / side * cell_height + shift.x % (cell_height - tile_height + 1u);
  let left = cell % side * cell_width + shift.y % (cell_width - tile_width + 1u);
  let count = tile_height * tile_width * channels;
  var mean = 0.0;
  for (var i = 0u; i < count; i++) { mean += pixel(row, top, left, i); }
  mean /= f32(count);
  var variance = 0.0;
  for (var i = 0u; i < count; i++) {
    let off = pixel(row, top, left, i) - mean;
    variance += off * off;
  }
  let scale = inverseSqrt(variance / f32(count) + 1e-5);
  for (var i = 0u; i < count; i++) { y[t * count + i] = (pixel(row, top, left, i) - mean) * scale; }
}

/** Value i of the tile whose corner is at a row and a column of an image. */
fn pixel(row: u32, top: u32, left: u32, i: u32) -> f32 {
  let line = tile_width * channels;
  return x[((row * sizes.height + top + i / line) * sizes.width + left) * channels + i % line];
}
`,
  );
