import { cutTilesShader, moveTilesShader, tileOrderShader } from '../../shaders/puzzle.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { drawConstants, type Draws } from './random.ts';
import { pair, type Sides } from './window.ts';

/** A random permutation of `tiles` tiles for each row, [rows, tiles]: the tile at each place. */
export function tileOrder(tape: Tape, rows: number, tiles: number, draws: Draws): Tensor {
  const order = tape.tensor([rows, tiles], 'u32', 'tile order');
  const size = { constants: { rows, ...drawConstants(draws) }, threads: rows };
  tape.run(tileOrderShader(tiles), { state: draws.state, order }, size);
  return order;
}

/**
 * Cuts images [rows, height × width × channels] into tiles × tiles, or a number for each axis, and puts the tiles in
 * the given order. No gradient rule, because its input is data.
 */
export function moveTiles(
  tape: Tape,
  x: Tensor,
  [height, width, channels]: readonly [number, number, number],
  tiles: Sides,
  order: Tensor,
): Tensor {
  const [down, across] = pair(tiles);
  const y = tape.tensor(x.shape, 'f32', 'moved tiles');
  const constants = { rows: x.shape[0], down, across, height, width, channels };
  tape.run(moveTilesShader(), { x, order, y }, { constants, threads: x.size });
  return y;
}

export interface Puzzle {
  /** The [height, width, channels] of the images. */
  readonly image: readonly [number, number, number];
  /** The number of cells in each row and column. */
  readonly side: number;
  /** The height and width of the tile that is cut out of a cell. */
  readonly tile: readonly [number, number];
  /** The cell for each slot, [permutations, cells]. */
  readonly table: Tensor;
}

/**
 * Makes a jigsaw puzzle of each image, x [rows, height × width × channels] (Noroozi & Favaro 2016): the tiles in the
 * order of a random permutation, [rows · cells, tile height × tile width × channels], and its number as the label,
 * [rows, 1]. No gradient rule, because its input is data.
 */
export function cutTiles(
  tape: Tape,
  x: Tensor,
  { image: [height, width, channels], side, tile: [tileHeight, tileWidth], table }: Puzzle,
  draws: Draws,
): { tiles: Tensor; labels: Tensor } {
  const [rows] = x.shape;
  const cells = side * side;
  const y = tape.tensor([rows * cells, tileHeight * tileWidth * channels], 'f32', 'tiles');
  const label = tape.tensor([rows, 1], 'f32', 'permutation');
  const constants = {
    rows,
    side,
    permutations: table.rows,
    height,
    width,
    channels,
    tile_height: tileHeight,
    tile_width: tileWidth,
    ...drawConstants(draws),
  };
  tape.run(cutTilesShader(), { x, table, state: draws.state, y, label }, { constants, threads: rows * cells });
  return { tiles: y, labels: label };
}
