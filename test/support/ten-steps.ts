import { expect } from 'vitest';
import {
  adam,
  type AutoencoderSpec,
  type Examples,
  type History,
  type LossName,
  type Penalty,
} from '../../src/index.ts';
import { forward, toldForward, type Rows, type Tell, type Weights, type Written } from '../reference/layers.ts';
import { losses } from '../reference/loss.ts';
import { AdamByDifferences, batches, expectTwinLoss, expectTwins, inFloat64 } from './by-differences.ts';
import { makeModel } from './model.ts';
import { Draw } from './random.ts';

/** Some of the examples, as the float64 network takes them. */
export const batchOf = (data: ArrayLike<number>, shape: number[], which: readonly number[]): Rows => {
  const size = shape.reduce((p, n) => p * n, 1);
  const values = which.flatMap((row) => Array.from({ length: size }, (_, i) => data[row * size + i]));
  return { data: Float64Array.from(values), rows: which.length, shape };
};

/** A loss of the library in float64: the mean over the values of an example that are no blanks, and over examples. */
const meanOf =
  (kind: LossName): Compared['distance'] =>
  (y, x, rows) => {
    const size = x.length / rows;
    let total = 0;
    for (let row = 0; row < rows; row++) {
      let [sum, there] = [0, 0];
      for (let i = row * size; i < (row + 1) * size; i++) {
        if (Number.isNaN(x[i])) continue;
        there++;
        sum += losses[kind](kind === 'bce' ? Math.log(y[i] / (1 - y[i])) : y[i], x[i]).loss;
      }
      total += sum / Math.max(there, 1) / rows;
    }
    return total;
  };

/** Another loss: its float64 twin, the mean over a batch, and data that it takes. */
export interface Compared {
  loss: AutoencoderSpec['loss'];
  distance(y: ArrayLike<number>, x: ArrayLike<number>, rows: number): number;
  data(examples: number): Float32Array;
}

/** A penalty, and its twin in float64. */
export interface Added {
  penalty: Penalty;
  /**
   * What it adds to the loss of a batch with such weights, where it takes other things to be as they are with the `base`; what it counts then; and
   * the weights that it changes before the optimizer's update.
   */
  twin(weights: Weights, base: Weights, x: Rows, step: number): { loss: number; counted: Weights; changed?: Weights };
  /** Looks at what was told on the way. */
  check(history: History): void;
}

/** An autoencoder, and how it is trained. */
export interface Trained extends Pick<AutoencoderSpec, 'encoder' | 'decoder' | 'condition'>, Partial<Compared> {
  input: number[];
  /** Makes examples of the data, in which NaN is a blank. Without it, the data are the examples. */
  put?(data: Float32Array): Promise<Examples>;
}

/** The seed of the model and of its draws. */
export const tenStepsSeed = 3;

/** Trains such an autoencoder, by squared errors unless it has another loss, for ten steps of Adam beside its float64 twin, whose gradients are differences; the last batch is short. With a condition, it is told labels. */
export async function expectTenSteps(
  { input, encoder, decoder, condition, loss = 'mse', data: given, distance = meanOf(loss as LossName), put }: Trained,
  from: [least: number, most: number] = [0, 1],
  added?: Added,
): Promise<void> {
  const [examples, batchSize, steps, seed] = [11, 4, 10, tenStepsSeed];
  const size = input.reduce((p, n) => p * n, 1);
  const data = given?.(examples) ?? new Draw(4).floats(size * examples, ...from);
  const model = await makeModel({
    input: (input.length === 1 ? input[0] : input) as AutoencoderSpec['input'],
    encoder,
    decoder,
    loss,
    penalty: added?.penalty,
    condition,
    seed,
  });
  const labels = condition && Array.from(new Draw(6).floats(examples, 0, condition.classes), Math.floor);
  const weights = inFloat64(await model.weights());
  const set = labels ? { data, labels } : ((await put?.(data)) ?? data);
  const history = await model.fit(set, { steps, batchSize, optimizer: adam(1e-3) });
  expect(history.loss).toHaveLength(steps);
  const trained = Object.keys(weights).filter((name) => !/running|tracked|threshold|idle/.test(name));
  const twin = new AdamByDifferences(weights);
  for (const { which, step } of batches(examples, { batchSize, seed, steps })) {
    const x = batchOf(data, input, which);
    const seen = { ...x, data: x.data.map((value) => (Number.isNaN(value) ? 0 : value)) };
    const base = inFloat64(weights);
    const lossOf = (tell: Tell) => {
      const half = (layers: readonly Written[], name: string, rows: Rows) =>
        labels
          ? toldForward(layers, name, weights, rows, { labels: which.map((row) => labels[row]), ...condition })
          : forward(layers, name, weights, rows, tell);
      const { data: y } = half(decoder, 'decoder', half(encoder, 'encoder', seen));
      return distance(y, x.data, which.length) + (added?.twin(weights, base, x, step).loss ?? 0);
    };
    const { counted, changed = {} } = added?.twin(base, base, x, step) ?? {};
    const running: Weights = { ...counted };
    const wanted = lossOf((moved) => Object.assign(running, moved));
    expectTwinLoss(history.loss[step], wanted, step);
    twin.step(trained, () => lossOf(() => {}));
    for (const [name, values] of Object.entries(changed))
      weights[name].forEach((_, i) => (weights[name][i] += values[i] - base[name][i]));
    Object.assign(weights, running);
  }
  expectTwins(await model.weights(), weights);
  added?.check(history);
}
