import type { Dataset } from '../data/dataset.ts';
import { account, advance, gather, scatter } from '../kernels/step.ts';
import type { Gpu } from '../runtime/device.ts';
import { compile, type Plan } from '../runtime/plan.ts';
import { Schedule } from '../runtime/schedule.ts';
import { makeState, writeState } from '../runtime/state.ts';
import { tape as makeTape, type Tape } from '../runtime/tape.ts';
import { emptyTensor, readTensors, type Tensor } from '../runtime/tensor.ts';
import type { Turns } from '../runtime/turns.ts';

/** Rows that go through a network at a time where nothing is trained. */
const usualBatch = 256;

/** Results are brought back in pieces of at most this many bytes. */
const pieceBytes = 32 * 2 ** 20;

/** A power of two where there are few rows, so that few sizes of kernels get compiled. */
const batchFor = (rows: number): number => Math.min(usualBatch, 2 ** Math.ceil(Math.log2(rows)));

/**
 * Sends every example through `record`, which maps a batch to `columns` values a row, and brings the results back as rows.
 * Makes what it needs on the device and frees it again; takes its turn only when all of that is compiled.
 */
export async function mapRows(turns: Turns, data: Dataset, columns: number, record: (tape: Tape, x: Tensor, state: Tensor) => Tensor): Promise<Float32Array> {
  const { gpu, length } = data;
  const batch = batchFor(length);
  const batches = Math.max(1, Math.min(Math.ceil(length / batch), Math.floor(pieceBytes / (batch * columns * 4))));
  const state = makeState(gpu);
  const out = emptyTensor(gpu, [batches * batch, columns], 'f32', 'results');
  const owned: { dispose(): void }[] = [state, out];
  try {
    const tape = makeTape(gpu);
    scatter(tape, record(tape, gatherFrom(tape, data, state, batch), state), state, out, columns);
    advance(tape, state);
    const plan = await compile(tape);
    owned.push(plan);
    return await turns.take(async () => {
      const schedule = new Schedule(gpu);
      const results = new Float32Array(length * columns);
      for (let position = 0; position < length; position += batches * batch) {
        writeState(gpu, state, { position, examples: length, batch });
        const steps = Math.min(batches, Math.ceil((length - position) / batch));
        await schedule.run(steps, (pass) => plan.encode(pass));
        const [piece] = await readTensors(gpu, [out]);
        results.set(piece.subarray(0, results.length - position * columns), position * columns);
      }
      return results;
    });
  } finally {
    for (const each of owned) each.dispose();
  }
}

/** Records the batch at the state's position of a data set. */
export function gatherFrom(tape: Tape, { storage, features, order }: Dataset, state: Tensor, batch: number, shuffled = order): Tensor {
  return gather(tape, { data: storage.tensor, bytes: storage.bytes, scale: storage.scale, columns: features }, state, batch, shuffled);
}

/** Measures a loss over a whole data set; made once, run as often as wanted. */
export class Evaluation {
  private constructor(
    private readonly gpu: Gpu,
    private readonly plan: Plan,
    private readonly state: Tensor,
    private readonly losses: Tensor,
    private readonly examples: number,
    private readonly batch: number,
  ) {}

  /** `record` returns the sums of a batch's losses, as the kernel `loss` makes them. */
  static async make(data: Dataset, record: (tape: Tape, x: Tensor, state: Tensor) => Tensor, batch = batchFor(data.length)): Promise<Evaluation> {
    const { gpu } = data;
    const state = makeState(gpu);
    const losses = emptyTensor(gpu, [Math.ceil(data.length / batch)], 'f32', 'losses');
    try {
      const tape = makeTape(gpu);
      account(tape, record(tape, gatherFrom(tape, data, state, batch), state), state, losses);
      advance(tape, state);
      return new Evaluation(gpu, await compile(tape), state, losses, data.length, batch);
    } catch (error) {
      state.dispose();
      losses.dispose();
      throw error;
    }
  }

  /** The mean loss of an example, with one readback. */
  async run(): Promise<number> {
    writeState(this.gpu, this.state, { examples: this.examples, batch: this.batch });
    await new Schedule(this.gpu).run(this.losses.size, (pass) => this.plan.encode(pass));
    const [losses] = await readTensors(this.gpu, [this.losses]);
    return meanOverExamples(losses, 0, this.batch, this.examples);
  }

  dispose(): void {
    this.plan.dispose();
    this.state.dispose();
    this.losses.dispose();
  }
}

/** The mean over examples of batch means, when the first batch starts at `position` of an epoch, whose last batch may be short. */
export function meanOverExamples(batchMeans: ArrayLike<number>, position: number, batch: number, examples: number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < batchMeans.length; i++) {
    const rows = Math.min(batch, examples - position - i * batch);
    sum += batchMeans[i] * rows;
    count += rows;
  }
  return sum / count;
}
