import { adam, autoencoder, dense, flatten, reshape, shuffleTiles, type Gpu } from '../../src/index.ts';
import { puzzleSolver, type Puzzle } from '../architectures.ts';
import type { Comparison } from './protocol.ts';
import { row, shortened, type ExampleSet } from './row.ts';

const puzzles = [
  { tiles: 2, permutations: 24 },
  { tiles: 3, permutations: 30 },
] as const;

/** Noroozi & Favaro 2016, on handwritten digits; and a control whose answers can only be guessed. */
export const jigsawPuzzles = row(
  (machine) => ({
    model: 'each tile: 16 and 32 filters of 3 × 3 with pools, dense 64; all tiles: dense 256; relu',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 6),
    'epochs of the control': shortened(machine, 2),
    batch: 128,
    seed: 0,
  }),
  async (
    { gpu, train, test, fit },
    { 'learning rate': rate, epochs, 'epochs of the control': controlEpochs, batch, seed },
  ) => {
    const comparisons: Comparison[] = [];
    const optimizer = adam(rate);
    for (const puzzle of puzzles) {
      const model = await puzzleSolver(gpu, [28, 28, 1], puzzle, seed);
      await fit(title(puzzle), model, train.data, { epochs, batchSize: batch, optimizer });
      const { accuracy } = await model.evaluate(test.data, { seed: 1 });
      model.dispose();
      const chance = 100 / puzzle.permutations;
      comparisons.push({
        what: `${title(puzzle)}: solved test puzzles, %`,
        ours: 100 * accuracy,
        decimals: 1,
        reference: chance,
        source: 'chance',
        asked: 'ten times chance',
        holds: 100 * accuracy > 10 * chance,
      });
    }
    const [puzzle] = puzzles;
    const control = await puzzleSolver(gpu, [28, 28, 1], puzzle, seed);
    const [shuffledTrain, shuffledTest] = [await shuffled(gpu, train, 1), await shuffled(gpu, test, 2)];
    const options = { epochs: controlEpochs, batchSize: batch, optimizer };
    await fit(`${title(puzzle)}, control`, control, shuffledTrain, options);
    const { accuracy } = await control.evaluate(shuffledTest, { seed: 1 });
    control.dispose();
    const share = 1 / puzzle.permutations;
    const chanceError = Math.sqrt((share * (1 - share)) / test.count);
    comparisons.push({
      what: `${title(puzzle)}, tiles shuffled before: solved, %`,
      ours: 100 * accuracy,
      decimals: 1,
      reference: 100 * share,
      source: 'chance',
      asked: 'within 4 standard errors',
      holds: Math.abs(accuracy - share) < 4 * chanceError,
    });
    return {
      comparisons,
      notes: [
        'Tiles are cut at places drawn by chance and brought to mean 0 and deviation 1. The control’s images have had their tiles shuffled before any puzzle was made of them: whatever it answers above chance would come from edges or places.',
      ],
    };
  },
);

const title = ({ tiles, permutations }: Puzzle) => `${tiles} × ${tiles} tiles, ${permutations} permutations`;

/** The images with their quarters in an order drawn by chance. */
async function shuffled(gpu: Gpu, { data }: ExampleSet, seed: number): Promise<Float32Array> {
  const shuffler = await autoencoder(gpu, {
    input: [28, 28, 1],
    encoder: [flatten(), dense(1)],
    decoder: [dense(784), reshape([28, 28, 1])],
    loss: 'mse',
    corrupt: shuffleTiles(2),
  });
  const { data: values } = await shuffler.corrupt(data, { seed });
  shuffler.dispose();
  return values;
}
