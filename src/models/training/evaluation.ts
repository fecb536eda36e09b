import type { Dataset } from '../../data/dataset.ts';
import { Feed } from '../../data/feed.ts';
import { account, advance } from '../../kernels/step.ts';
import { compile, type Plan } from '../../runtime/plan.ts';
import { Schedule } from '../../runtime/schedule.ts';
import { owning, scoped, type Scope } from '../../runtime/scope.ts';
import { makeState, writeState } from '../../runtime/state.ts';
import { tape as makeTape } from '../../runtime/tape.ts';
import { emptyTensor, readTensors, type Tensor } from '../../runtime/tensor.ts';
import { batchFor, gatherFrom } from './batches.ts';
import { meanOverExamples, type AnyLoss } from './losses.ts';
import { Pass } from './pass.ts';
import { tell, type Term } from './terms.ts';
import type { Trainable } from './trainable.ts';

/** Measures a model's loss over a data set once, in its turn on the weights. @throws what the model's `put` does */
export async function evaluate<L extends AnyLoss, D>(
  model: Trainable<L, D>,
  data: D,
  { batchSize, seed }: { batchSize?: number; seed?: number },
): Promise<L> {
  return scoped(async (scope) => {
    const { set, release } = await model.put('evaluate', data);
    scope.defer(release);
    const evaluation = scope.own(await Evaluation.make(model, set, { batch: batchSize, seed }));
    return model.host.turns.take(() => evaluation.run());
  });
}

/** Measures a model's loss over a whole data set; made once, run as often as wanted. */
export class Evaluation<L extends AnyLoss> {
  private constructor(
    private readonly model: Trainable<L, never>,
    private readonly data: { rows?: Uint32Array; examples: number; batch: number; seed: number },
    private readonly plan: Plan,
    private readonly state: Tensor,
    private readonly losses: Tensor,
    private readonly terms: readonly Term[],
    /** How many of the terms come before those of the model's own phase. */
    private readonly others: number,
    private readonly feed: Feed | undefined,
    private readonly scope: Scope,
  ) {}

  /** The seed is that of a Gaussian code's samples and of penalties that draw: the same in every run. */
  static async make<L extends AnyLoss>(
    model: Trainable<L, never>,
    set: Dataset,
    { batch = batchFor(set), seed = model.seed } = {},
  ): Promise<Evaluation<L>> {
    return owning(async (scope) => {
      const { gpu, rows, length: examples } = set;
      const state = scope.own(makeState(gpu));
      const feed = scope.own(Feed.open('evaluate', set, batch));
      const tape = makeTape(gpu);
      const x = gatherFrom(tape, set, feed, state, batch);
      const last = model.phases.length - 1;
      const recorded = model.phases.map((phase, i) => phase.record(new Pass(tape, 'evaluate', state, last - i), x));
      const terms = recorded.flat();
      const losses = scope.own(emptyTensor(gpu, [Math.ceil(examples / batch), terms.length], 'f32', 'losses'));
      const sums = terms.map((term) => term.sums);
      account(tape, sums, state, losses);
      advance(tape, state);
      const plan = scope.own(await compile(tape));
      const others = terms.length - recorded[last].length;
      return new Evaluation(model, { rows, examples, batch, seed }, plan, state, losses, terms, others, feed, scope);
    });
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
    this.scope.dispose();
  }
}
