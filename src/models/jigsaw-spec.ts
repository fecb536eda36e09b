import { OptionError, ShapeError } from '../errors.ts';
import { checkNumber, checkOptions, checkSeed, checkSides, shown } from '../runtime/options.ts';
import { checkLayers, refuseCodes, type Layer } from './parts/layer.ts';
import type { Image } from './parts/layout.ts';

/** The parts of a model that solves jigsaw puzzles. */
export interface JigsawSpec {
  /** The height, width and channels of the images. */
  input: [height: number, width: number, channels: number];
  /** The number of cells in each row and column. */
  tiles: 2 | 3;
  /** The number of permutations to choose from: at most 24 of 2 × 2 tiles, 362,880 of 3 × 3. */
  permutations: number;
  /**
   * The layers from one tile, [height, width, channels] of `Jigsaw.encoder.inputShape`, to its code; the same for all
   * tiles.
   */
  encoder: Layer[];
  /**
   * The layers that take the codes of all tiles, concatenated. A last layer with one logit for each permutation is
   * added.
   */
  head: Layer[];
  /**
   * The number of rows and columns by which a tile is smaller than its cell. The place of the tile in its cell is drawn
   * anew each time, so that edges reveal nothing. Default: 15 % of the cell's smaller side, at least 1 (Noroozi & Favaro
   * cut 64 of 75).
   */
  gap?: number;
  /** Determines the initial weights, the permutations, the puzzles and the order of examples. Default 0. */
  seed?: number;
}

/** Checks a spec. @throws OptionError, ShapeError */
export function readSpec(spec: JigsawSpec) {
  checkOptions('jigsaw', spec, ['input', 'tiles', 'permutations', 'encoder', 'head', 'gap', 'seed']);
  const { input, tiles, permutations, encoder, head, seed = 0 } = spec;
  if (!Array.isArray(input) || input.length !== 3)
    throw new OptionError(`jigsaw: input must be an image [height, width, channels], not ${shown(input)}`);
  checkSides('jigsaw: input', input);
  if (tiles !== 2 && tiles !== 3) throw new OptionError(`jigsaw: tiles must be 2 or 3, not ${shown(tiles)}`);
  checkNumber('jigsaw: permutations', permutations, { least: 2, whole: true });
  for (const [name, layers] of Object.entries({ encoder, head })) checkLayers(`jigsaw: the ${name}`, layers, 0);
  refuseCodes('jigsaw', [...encoder, ...head]);
  const cell = [Math.floor(input[0] / tiles), Math.floor(input[1] / tiles)];
  const { gap = Math.max(1, Math.round(0.15 * Math.min(...cell))) } = spec;
  checkNumber('jigsaw: gap', gap, { least: 0, whole: true });
  const tile = [cell[0] - gap, cell[1] - gap] as const;
  if (Math.min(...tile) < 1)
    throw new ShapeError(`jigsaw: a gap of ${gap} leaves no tile in cells of [${cell.join(', ')}]`);
  const cuts = { image: input as Image, side: tiles, tile };
  return { cuts, permutations, encoder, head, seed: checkSeed('jigsaw', seed) };
}
