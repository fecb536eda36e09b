import type { Jigsaw } from '../../src/index.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import { firstImages, firstOfEachClass } from './chosen.ts';
import type { Figure, Trained } from './figure.ts';

/** Puzzles, the model's answers, and how the tiles belong together. */
export async function puzzles(
  { model, test, testLosses }: Pick<Trained<Jigsaw>, 'model' | 'test' | 'testLosses'>,
  each: 1 | 2 = 2,
): Promise<Figure> {
  const { tiles, truths, answers } = await model.solve(firstOfEachClass(test, each), { seed: 1 });
  const [count, cells, height, width, channels] = tiles.shape;
  const side = Math.sqrt(cells);
  const inOrder = Uint8Array.from({ length: cells }, (_, slot) => slot);
  const shape: [number, number, number] = [side * (height + 1) - 1, side * (width + 1) - 1, channels];
  const picture = (permutationOf: (image: number) => Uint8Array, wrong = (_: number) => false) => {
    const images = Array.from({ length: count }, (_, image) => {
      const size = tiles.data.length / count;
      return laidOut(
        tiles.data.subarray(image * size, (image + 1) * size),
        [height, width, channels],
        permutationOf(image),
        wrong(image) ? 1 : 0.35,
      );
    });
    return images.flatMap((values) => [...values]);
  };
  const rows = [
    { label: 'puzzle', images: picture(() => inOrder) },
    {
      label: 'answer',
      images: picture(
        (image) => model.permutations[answers[image]],
        (image) => answers[image] !== truths[image],
      ),
    },
    { label: 'truth', images: picture((image) => model.permutations[truths[image]]) },
  ];
  const right = answers.filter((answer, i) => answer === truths[i]).length;
  const title = 'Puzzles, answers and truths';
  return {
    name: 'puzzles',
    title,
    caption:
      `${firstImages(each)}, cut into tiles as the model sees them; the tiles where it takes them to belong; and where they do. ${right} of these ${count} answers are right; ` +
      `wrong ones have white lines between the tiles. Each puzzle is one of ${model.permutations.length} permutations. It has seen none of these images.`,
    numbers: [
      { name: 'solved test puzzles, of 1', value: testLosses.accuracy! },
      { name: 'by guessing', value: 1 / model.permutations.length },
    ],
    draw: (look) => drawImageGrid({ title, shape, rows, columns: isWide(look) ? 10 : 5 }, look),
  };
}

/** So many deviations above a tile's darkest value: a speck in an empty tile lies many more above it, and would leave no light for all others. */
const white = 2.5;

/** Tiles with lines between them, the tile of slot t in the cell permutation[t]; each begins with black. */
function laidOut(
  tiles: Float32Array,
  [height, width, channels]: [number, number, number],
  permutation: Uint8Array,
  lines: number,
): Float32Array {
  const side = Math.sqrt(permutation.length);
  const across = side * (width + 1) - 1;
  const picture = new Float32Array((side * (height + 1) - 1) * across * channels).fill(lines);
  permutation.forEach((cell, slot) => {
    const tile = tiles.subarray(slot * height * width * channels, (slot + 1) * height * width * channels);
    const black = Math.min(...tile);
    const [top, left] = [Math.floor(cell / side) * (height + 1), (cell % side) * (width + 1)];
    for (let i = 0; i < tile.length; i++) {
      const [y, x] = [Math.floor(i / channels / width), Math.floor(i / channels) % width];
      picture[((top + y) * across + left + x) * channels + (i % channels)] = (tile[i] - black) / white;
    }
  });
  return picture;
}
