import type { Dataset } from '../../data/dataset.ts';
import { openFeed } from '../../data/open-feed.ts';
import { account, advance } from '../../kernels/step.ts';
import { compile } from '../../runtime/plan.ts';
import { Schedule } from '../../runtime/schedule.ts';
import { scoped, type Scope } from '../../runtime/scope.ts';
import { makeState, parseState, writeState } from '../../runtime/state.ts';
import { tape as makeTape } from '../../runtime/tape.ts';
import { emptyTensor, readTensors } from '../../runtime/tensor.ts';
import { batchFor, gatherFrom } from './batches.ts';
import { EpochMeans, type AnyLoss } from './losses.ts';
import { Pass } from './pass.ts';
import { report } from './terms.ts';
import type { Trainable } from './trainable.ts';

/** Measures a model's loss over a data set once, in its turn on the weights. @throws the errors of the model's `put` */
export async function evaluate<L extends AnyLoss, D>(
  model: Trainable<L, D>,
  data: D,
  { batchSize, seed }: { batchSize?: number; seed?: number },
): Promise<L> {
  return scoped(async (scope) => {
    const set = scope.ownSet(await model.put('evaluate', data));
    return model.owner.turns.take(await prepareEvaluation(scope, model, set, { batch: batchSize, seed }));
  });
}

/**
 * Prepares repeated measurements of a model's loss over a whole data set: the mean over the examples, with one
 * readback. The seed is that of a Gaussian code's samples and of penalties that draw, the same in every run.
 */
export async function prepareEvaluation<L extends AnyLoss>(
  scope: Scope,
  { owner, place, phases, seed: modelSeed, perExample = 1 }: Trainable<L, never>,
  set: Dataset,
  { batch = batchFor(set, perExample * set.features), seed = modelSeed }: { batch?: number; seed?: number } = {},
): Promise<() => Promise<L>> {
  const { gpu } = owner;
  const { rows, length: examples } = set;
  const steps = Math.ceil(examples / batch);
  const state = scope.own(makeState(gpu));
  const feed = scope.own(await openFeed('evaluate', set, batch));
  const tape = makeTape(gpu);
  const gathered = gatherFrom(tape, set, feed, state, batch, { forLoss: true });
  const extras = { labels: gathered.targets, weights: gathered.weights, blanks: set.storage.blanks };
  const last = phases.length - 1;
  const recorded = phases.map((phase, i) =>
    phase.record(new Pass(tape, 'evaluate', state, last - i, undefined, extras), gathered),
  );
  const terms = recorded.flat();
  // The terms of the model's own phase come last, and the loss consists of these alone.
  const ownTermsFrom = terms.length - recorded[last].length;
  const losses = scope.own(emptyTensor(gpu, [steps, terms.length], 'f32', 'losses'));
  const sums = terms.map((term) => term.sums);
  account(tape, sums, state, losses);
  advance(tape, state);
  const plan = scope.own(await compile(tape));
  return async () => {
    writeState(gpu, state, { examples, batch, seed });
    feed?.begin(rows);
    await new Schedule(gpu).run(steps, (pass) => plan.encode(pass), {
      stepsFrom: feed && ((i) => feed.stepsFrom(i * batch, batch)),
    });
    // While a fit's steps are running, `place.step` is still that of their beginning.
    const { live, step: known } = place;
    const [values, words] = await readTensors(gpu, [losses, ...(live ? [live] : [])]);
    const step = live ? parseState(words).step : known;
    const means = new EpochMeans<L>(0, batch, examples);
    let mean: L | undefined;
    for (let i = 0; i < steps; i++)
      mean = means.add(report(terms, values.subarray(i * terms.length, (i + 1) * terms.length), step, ownTermsFrom));
    // Data and weights are finite, so a NaN comes from a number too large for float32.
    return Object.fromEntries(
      Object.entries(mean!).map(([name, value]) => [name, Number.isNaN(value) ? Infinity : value]),
    ) as L;
  };
}
