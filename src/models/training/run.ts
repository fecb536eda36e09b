import type { Dataset } from '../../data/dataset.ts';
import { Feed } from '../../data/feed.ts';
import { account, advance, gather, scatter } from '../../kernels/step.ts';
import { compile, type Plan } from '../../runtime/plan.ts';
import { Schedule } from '../../runtime/schedule.ts';
import { makeState, writeState } from '../../runtime/state.ts';
import { tape as makeTape, type Tape } from '../../runtime/tape.ts';
import { emptyTensor, readTensors, roomFor, type Tensor } from '../../runtime/tensor.ts';
import type { Turns } from '../../runtime/turns.ts';
import { meanOverExamples, type AnyLoss } from './losses.ts';
import { Pass } from './pass.ts';
import { tell, type Term } from './terms.ts';
import type { Batch, Trainable } from './trainable.ts';

/** Rows that go through a network at a time where nothing is trained. */
const usualBatch = 256;

/** Results are brought back in pieces of at most this many bytes. */
const pieceBytes = 32 * 2 ** 20;

/** A power of two where there are few rows, so that few sizes of kernels get compiled; fewer where so many rows would not fit into a buffer. */
function batchFor({ length, features, gpu, storage }: Dataset, columns = 1): number {
  const fitting = Math.floor(gpu.device.limits.maxStorageBufferBindingSize / (4 * Math.max(features, columns)));
  return Math.max(
    1,
    Math.min(usualBatch, 2 ** Math.ceil(Math.log2(length)), fitting, storage.streamed?.half ?? Infinity),
  );
}

/**
 * Sends every example through `record`, which maps a batch to `columns` values a row, and brings the results back as rows.
 * With a seed, what draws at random draws from it.
 * Makes what it needs on the device and frees it again; takes its turn only when all of that is compiled.
 */
export async function mapRows(
  where: string,
  turns: Turns,
  data: Dataset,
  columns: number,
  record: (pass: Pass, x: Tensor) => Tensor,
  seed = 0,
): Promise<Float32Array> {
  const { gpu, length } = data;
  const results = roomFor(where, length * columns);
  const batch = batchFor(data, columns);
  const most = Math.min(pieceBytes, gpu.device.limits.maxStorageBufferBindingSize);
  const batches = Math.max(1, Math.min(Math.ceil(length / batch), Math.floor(most / (batch * columns * 4))));
  const owned: { dispose(): void }[] = [];
  const own = <T extends { dispose(): void } | undefined>(made: T): T => {
    if (made) owned.push(made);
    return made;
  };
  try {
    const state = own(makeState(gpu));
    const out = own(emptyTensor(gpu, [batches * batch, columns], 'f32', 'results'));
    const feed = own(Feed.open('predict', data, batch));
    const tape = makeTape(gpu);
    scatter(
      tape,
      record(new Pass(tape, 'predict', state), gatherFrom(tape, data, feed, state, batch).x),
      state,
      out,
      columns,
    );
    advance(tape, state);
    const plan = own(await compile(tape));
    return await turns.take(async () => {
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
  } finally {
    for (const each of owned) each.dispose();
  }
}

/** The likeliest class of each row of probabilities, the first of equals. */
export function likeliest(probabilities: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    const values = probabilities.subarray(row * classes, (row + 1) * classes);
    return values.reduce((best, value, c) => (value > values[best] ? c : best), 0);
  });
}

/** Records the batch at the state's position of a data set; of one that is streamed, from its feed, which has the order already. */
export function gatherFrom(
  tape: Tape,
  data: Dataset,
  feed: Feed | undefined,
  state: Tensor,
  batch: number,
  shuffled?: Tensor,
): Batch {
  const { storage, features } = data;
  const { bytes, scale } = storage;
  const targets = (feed ?? storage).targets;
  const order = feed ? undefined : (shuffled ?? data.order);
  const window = feed?.window;
  return {
    x: gather(
      tape,
      { data: feed?.data ?? storage.pieces, window, bytes, scale, columns: features },
      state,
      batch,
      order,
    ),
    targets:
      targets && gather(tape, { data: targets, window, bytes: false, scale: 1, columns: 1 }, state, batch, order),
  };
}

/** Measures a model's loss over a data set once, in its turn on the weights. @throws what the model's `put` does */
export async function evaluate<L extends AnyLoss, D>(
  model: Trainable<L, D>,
  data: D,
  { batchSize, seed }: { batchSize?: number; seed?: number },
): Promise<L> {
  const { set, release } = await model.put('evaluate', data);
  try {
    const evaluation = await Evaluation.make(model, set, { batch: batchSize, seed });
    try {
      return await model.host.turns.take(() => evaluation.run());
    } finally {
      evaluation.dispose();
    }
  } finally {
    release();
  }
}

/** Measures a model's loss over a whole data set; made once, run as often as wanted. */
export class Evaluation<L extends AnyLoss> {
  private constructor(
    private readonly model: Trainable<L, never>,
    private readonly plan: Plan,
    private readonly state: Tensor,
    private readonly losses: Tensor,
    private readonly terms: readonly Term[],
    /** How many of the terms come before those of the model's own phase. */
    private readonly others: number,
    private readonly feed: Feed | undefined,
    private readonly data: { rows?: Uint32Array; examples: number; batch: number; seed: number },
  ) {}

  /** The seed is that of a Gaussian code's samples and of penalties that draw: the same in every run. */
  static async make<L extends AnyLoss>(
    model: Trainable<L, never>,
    data: Dataset,
    { batch = batchFor(data), seed = model.seed } = {},
  ): Promise<Evaluation<L>> {
    const { gpu } = data;
    const state = makeState(gpu);
    let losses: Tensor | undefined;
    let feed: Feed | undefined;
    try {
      feed = Feed.open('evaluate', data, batch);
      const tape = makeTape(gpu);
      const examples = gatherFrom(tape, data, feed, state, batch);
      const last = model.phases.length - 1;
      const recorded = model.phases.map((phase, i) =>
        phase.record(new Pass(tape, 'evaluate', state, last - i), examples),
      );
      const terms = recorded.flat();
      losses = emptyTensor(gpu, [Math.ceil(data.length / batch), terms.length], 'f32', 'losses');
      account(
        tape,
        terms.map(({ sums }) => sums),
        state,
        losses,
      );
      advance(tape, state);
      const others = terms.length - recorded[last].length;
      return new Evaluation(model, await compile(tape), state, losses, terms, others, feed, {
        rows: data.rows,
        examples: data.length,
        batch,
        seed,
      });
    } catch (error) {
      state.dispose();
      losses?.dispose();
      feed?.dispose();
      throw error;
    }
  }

  /** The mean over the examples, with one readback. */
  async run(): Promise<L> {
    const { host, place } = this.model;
    const { feed, terms, others } = this;
    const { rows, examples, batch, seed } = this.data;
    writeState(host.gpu, this.state, { examples, batch, seed });
    feed?.begin(rows);
    await new Schedule(host.gpu).run(this.losses.rows, (pass) => this.plan.encode(pass), {
      stepsFrom: feed && ((i) => feed.stepsFrom(i * batch, batch)),
    });
    const [losses] = await readTensors(host.gpu, [this.losses]);
    const batches = Array.from({ length: this.losses.rows }, (_, i) =>
      tell<L>(terms, losses.subarray(i * terms.length, (i + 1) * terms.length), place.step, others),
    );
    const mean = Object.entries(meanOverExamples(batches, 0, batch, examples));
    // Data and weights are finite, so that what is no number has been too large for one.
    return Object.fromEntries(mean.map(([name, value]) => [name, Number.isNaN(value) ? Infinity : value])) as L;
  }

  dispose(): void {
    this.plan.dispose();
    this.state.dispose();
    this.losses.dispose();
    this.feed?.dispose();
  }
}
