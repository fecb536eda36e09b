import { OptionError, ShapeError } from '../errors.ts';
import { checkNumber, checkOptions, checkSeed, checkSides, shown } from '../runtime/options.ts';
import { checkLayers, type Layer } from './parts/layer.ts';
import type { Image } from './parts/layout.ts';

/** What `jigsaw` makes a model of. */
export interface JigsawSpec {
  /** Height, width and channels of the images. */
  input: [height: number, width: number, channels: number];
  /** Cells a side. */
  tiles: 2 | 3;
  /** Among how many permutations of the tiles the right one is to be found: at most 24 of 2 × 2 tiles, 362,880 of 3 × 3. */
  permutations: number;
  /** From one tile, [height, width, channels] of `Jigsaw.encoder.inputShape`, to its code; the same for all tiles. */
  encoder: Layer[];
  /** From all codes, one behind the other, on. A last layer with one logit for each permutation comes behind them by itself. */
  head: Layer[];
  /**
   * Rows and columns that a tile is smaller than its cell; where in it the tile is cut out is drawn anew each time, so that edges tell nothing.
   * Default: 15 % of the cell's smaller side, at least 1 (Noroozi & Favaro cut 64 of 75).
   */
  gap?: number;
  /** Default 0. Weights, permutations, puzzles and shuffles follow from it. */
  seed?: number;
}

/** A spec that has been looked through. @throws OptionError, ShapeError */
export function readSpec(spec: JigsawSpec) {
  checkOptions('jigsaw', spec, ['input', 'tiles', 'permutations', 'encoder', 'head', 'gap', 'seed']);
  const { input, tiles, permutations, encoder, head, seed = 0 } = spec;
  if (!Array.isArray(input) || input.length !== 3)
    throw new OptionError(`jigsaw: the input is an image: [height, width, channels], not ${shown(input)}`);
  checkSides('jigsaw: input', input);
  if (tiles !== 2 && tiles !== 3) throw new OptionError(`jigsaw: there are 2 or 3 tiles a side, not ${shown(tiles)}`);
  checkNumber('jigsaw: permutations', permutations, { least: 2, whole: true });
  for (const [name, layers] of Object.entries({ encoder, head })) checkLayers(`jigsaw: the ${name}`, layers, 0);
  if ([...encoder, ...head].some(({ code }) => code))
    throw new OptionError('jigsaw: gaussian is the code of an autoencoder');
  const cell = [Math.floor(input[0] / tiles), Math.floor(input[1] / tiles)];
  const { gap = Math.max(1, Math.round(0.15 * Math.min(...cell))) } = spec;
  checkNumber('jigsaw: gap', gap, { least: 0, whole: true });
  const tile = [cell[0] - gap, cell[1] - gap] as const;
  if (Math.min(...tile) < 1)
    throw new ShapeError(`jigsaw: cells of [${cell.join(', ')}] leave no tile beside a gap of ${gap}`);
  const cuts = { image: input as Image, side: tiles, tile };
  return { cuts, permutations, encoder, head, seed: checkSeed('jigsaw', seed) };
}
