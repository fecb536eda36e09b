/** The worker of the jigsaw, whose model trains independently of the page's other model. */
import { adam, dataset, dense, flatten, jigsaw, openGpu, type Dataset, type Jigsaw } from '../../../src/index.ts';
import { exemplary, fetchDigits, rowsOf } from './examples.ts';

/** A request of the page: to train with the digits at this address, or to pause. */
export type ToJigsaw = { play: string } | 'pause';

export interface Puzzles {
  steps: number;
  epochs: number;
  accuracy: number;
  /** The number of cells along a side, and the height and width of a tile. */
  shape: [side: number, height: number, width: number];
  /** The tiles of ten puzzles. */
  tiles: Float32Array;
  /** For each puzzle, the cell to which the model assigns each of its tiles. */
  answers: Uint8Array[];
  truths: Uint8Array[];
  training: boolean;
}

export type FromJigsaw = { puzzles: Puzzles } | { trouble: string };

const shown = 10;
const batchSize = 128;
const lookEveryMs = 1500;

interface Table {
  model: Jigsaw;
  training: Dataset;
  held: Dataset;
  examples: Float32Array;
}

let table: Promise<Table> | undefined;
let running: Promise<void> = Promise.resolve();
let wanted = false;
let stop: (() => void) | undefined;
let steps = 0;
let epochs = 0;

addEventListener('message', ({ data }: MessageEvent<ToJigsaw>) => {
  wanted = data !== 'pause';
  if (data === 'pause') stop?.();
  // Waits for the last fit, which may still be ending.
  else running = running.then(() => play(data.play)).catch(say);
});

const say = (error: unknown): void =>
  postMessage({ trouble: error instanceof Error ? error.message : String(error) } satisfies FromJigsaw);

async function play(digits: string): Promise<void> {
  const { model, training, held, examples } = await (table ??= set(digits));
  if (!wanted) return;
  const before = { steps, epochs };
  const fit = model.fit(training, {
    epochs: 1e6,
    batchSize,
    optimizer: adam(1e-3),
    frameBudgetMs: 12,
    onProgress: ({ step }) => {
      steps = before.steps + step;
      epochs = before.epochs + (step * batchSize) / training.length;
    },
  });
  let going = true;
  stop = () => {
    going = false;
    fit.stop();
  };
  const looking = (async () => {
    while (going) {
      await show(model, held, examples, true);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  })();
  await Promise.all([fit, looking]);
  await show(model, held, examples, false);
}

async function set(digits: string): Promise<Table> {
  const gpu = await openGpu();
  const collection = await fetchDigits(digits);
  const { shape, values, features, trained } = collection;
  // Dense layers instead of convolutions, since they learn within a minute even if WebGPU runs on the CPU.
  const model = await jigsaw(gpu, {
    input: shape as [number, number, number],
    tiles: 3,
    permutations: 30,
    encoder: [flatten(), dense(64, 'relu')],
    head: [dense(256, 'relu')],
  });
  return {
    model,
    training: await dataset(gpu, values.subarray(0, trained * features), { shape }),
    held: await dataset(gpu, values.subarray(trained * features, (trained + 500) * features), { shape }),
    examples: rowsOf(collection, exemplary(collection, shown)),
  };
}

async function show(model: Jigsaw, held: Dataset, examples: Float32Array, training: boolean): Promise<void> {
  const { accuracy } = await model.evaluate(held, { seed: 1 });
  const { tiles, truths, answers } = await model.solve(examples, { seed: 1 });
  const [, cells, height, width] = tiles.shape;
  const of = (rows: Int32Array) => [...rows].map((row) => model.permutations[row]);
  const puzzles: Puzzles = {
    steps,
    epochs,
    accuracy,
    shape: [Math.sqrt(cells), height, width],
    tiles: tiles.data,
    answers: of(answers),
    truths: of(truths),
    training,
  };
  postMessage({ puzzles } satisfies FromJigsaw);
}
