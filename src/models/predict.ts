import type { Dataset } from '../data/dataset.ts';
import { openFeed } from '../data/open-feed.ts';
import type { Examples } from '../data/labels.ts';
import { DataError } from '../errors.ts';
import { advance, scatter } from '../kernels/step.ts';
import { compile } from '../runtime/plan.ts';
import { Schedule } from '../runtime/schedule.ts';
import { scoped } from '../runtime/scope.ts';
import { makeState, writeState } from '../runtime/state.ts';
import { tape as makeTape } from '../runtime/tape.ts';
import { emptyTensor, readTensors, roomFor, sizeOf, type Matrix, type Tensor } from '../runtime/tensor.ts';
import type { Turns } from '../runtime/turns.ts';
import { batchFor, gatherFrom } from './training/batches.ts';
import { Pass } from './training/pass.ts';
import { putData, type Owner } from './training/trainable.ts';

/** The most bytes that are read back at a time. */
const pieceBytes = 32 * 2 ** 20;

/** Records the result for a batch of examples, one row for each. */
export type Recording = (pass: Pass, x: Tensor) => Tensor;

/** Options of `predict`. */
export interface PredictOptions {
  /** The seed of random draws. Default 0. */
  readonly seed?: number;
  /** Whether a result too large for float32 becomes infinity; otherwise it is an error. Default false. */
  readonly scores?: boolean;
}

/**
 * Runs recorded layers over data and shapes the result. It waits for its turn, so that all rows are computed with the
 * same weights. Data and weights are finite, so a NaN in the result comes from a number too large for float32.
 * @throws OptionError where labels are missing or not used; ShapeError, DataError, OutOfMemoryError
 */
export async function predict(
  owner: Owner,
  where: string,
  data: Examples,
  inputShape: readonly number[],
  outputShape: readonly number[],
  record: Recording,
  { seed, scores = false }: PredictOptions = {},
): Promise<Matrix> {
  return scoped(async (scope) => {
    const set = scope.ownSet(await putData(where, owner, data, inputShape));
    const columns = sizeOf(outputShape);
    const values = await mapRows(where, owner.turns, set, columns, record, seed);
    for (let i = 0; i < values.length; i++) {
      if (!Number.isNaN(values[i])) continue;
      if (!scores)
        throw new DataError(
          `${where}: row ${Math.floor(i / columns)} is not finite: its values, or the model's weights, are too large for float32`,
        );
      values[i] = Infinity;
    }
    return { data: values, shape: [set.length, ...outputShape] };
  });
}

/**
 * Sends every example through `record`, which maps a batch to `columns` values for each row, and reads the results back
 * as rows. Random draws come from the seed, if there is one. It frees its memory on the device, and takes its turn only
 * when everything is compiled.
 */
async function mapRows(
  where: string,
  turns: Turns,
  data: Dataset,
  columns: number,
  record: Recording,
  seed = 0,
): Promise<Float32Array> {
  const { gpu, length } = data;
  const results = roomFor(where, length * columns);
  const batch = batchFor(data, columns);
  const most = Math.min(pieceBytes, gpu.device.limits.maxStorageBufferBindingSize);
  const batches = Math.max(1, Math.min(Math.ceil(length / batch), Math.floor(most / (batch * columns * 4))));
  return scoped(async (scope) => {
    const state = scope.own(makeState(gpu));
    const out = scope.own(emptyTensor(gpu, [batches * batch, columns], 'f32', 'results'));
    const feed = scope.own(await openFeed('predict', data, batch));
    const tape = makeTape(gpu);
    const { x, targets } = gatherFrom(tape, data, feed, state, batch);
    const pass = new Pass(tape, 'predict', state, 0, undefined, { labels: targets, blanks: data.storage.blanks });
    scatter(tape, record(pass, x), state, out, columns);
    advance(tape, state);
    const plan = scope.own(await compile(tape));
    return turns.take(async () => {
      const schedule = new Schedule(gpu);
      feed?.begin(data.rows);
      for (let position = 0; position < length; position += batches * batch) {
        writeState(gpu, state, { position, examples: length, batch, seed });
        const steps = Math.min(batches, Math.ceil((length - position) / batch));
        await schedule.run(steps, (pass) => plan.encode(pass), {
          stepsFrom: feed && ((i) => feed.stepsFrom(position + i * batch, batch)),
        });
        const [piece] = await readTensors(gpu, [out]);
        results.set(piece.subarray(0, results.length - position * columns), position * columns);
      }
      return results;
    });
  });
}
