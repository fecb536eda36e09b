import { expect } from 'vitest';
import { adam, autoencoder, type AutoencoderSpec, type History, type Matrix, type Penalty } from '../../src/index.ts';
import { forward, toldForward, type Rows, type Tell, type Weights, type Written } from '../reference/layers.ts';
import { Optimizer } from '../reference/optimizer.ts';
import { shuffledOrder } from '../reference/shuffle.ts';
import { sharedGpu } from './gpu.ts';
import { differences } from './gradient.ts';
import { Draw } from './random.ts';

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.hypot(...Array.from(a, (value, i) => value - b[i]));

export const doubles = (weights: Record<string, Matrix>): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, Float64Array.from(data)]));

/** Some of the examples, as the float64 network takes them. */
export const batchOf = (data: ArrayLike<number>, shape: number[], which: readonly number[]): Rows => {
  const size = shape.reduce((p, n) => p * n, 1);
  const values = which.flatMap((row) => Array.from({ length: size }, (_, i) => data[row * size + i]));
  return { data: Float64Array.from(values), rows: which.length, shape };
};

const meanSquare = (y: ArrayLike<number>, x: ArrayLike<number>): number =>
  Array.from(y).reduce((sum, value, i) => sum + (value - x[i]) ** 2, 0) / y.length;

/** Another loss: its float64 twin, the mean over a batch, and data that it takes. */
export interface Compared {
  loss: AutoencoderSpec['loss'];
  distance(y: ArrayLike<number>, x: ArrayLike<number>, rows: number): number;
  data(examples: number): Float32Array;
}

/** A penalty, and its twin in float64. */
export interface Added {
  penalty: Penalty;
  /** What it adds to the loss of a batch with such weights, where it takes other things to be as they are with the `base`; and what it counts then. */
  twin(weights: Weights, base: Weights, x: Rows): { loss: number; counted: Weights };
  /** Looks at what was told on the way. */
  check(history: History): void;
}

/** Trains such an autoencoder, by squared errors unless it has another loss, for ten steps of Adam beside its float64 twin, whose gradients are differences; the last batch is short. With a condition, it is told labels. */
export async function expectTenSteps(
  {
    input,
    encoder,
    decoder,
    condition,
    loss = 'mse',
    data: given,
    distance: distanceOf = meanSquare,
  }: Pick<AutoencoderSpec, 'encoder' | 'decoder' | 'condition'> & { input: number[] } & Partial<Compared>,
  from: [least: number, most: number] = [0, 1],
  added?: Added,
): Promise<void> {
  const [examples, batchSize, steps, seed] = [11, 4, 10, 3];
  const size = input.reduce((p, n) => p * n, 1);
  const data = given?.(examples) ?? new Draw(4).floats(size * examples, ...from);
  const model = await autoencoder(await sharedGpu(), {
    input: (input.length === 1 ? input[0] : input) as AutoencoderSpec['input'],
    encoder,
    decoder,
    loss,
    penalty: added?.penalty,
    condition,
    seed,
  });
  const labels = condition && Array.from(new Draw(6).floats(examples, 0, condition.classes), Math.floor);
  const weights = doubles(await model.weights());
  const history = await model.fit(labels ? { data, labels } : data, { steps, batchSize, optimizer: adam(1e-3) });
  const settings = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };
  const trained = Object.entries(weights).filter(([name]) => !/running|tracked|threshold|idle/.test(name));
  const optimizers = trained.map(([name, values]) => ({
    name,
    each: Array.from(values, (value) => new Optimizer('adam', settings, value)),
  }));
  const wanted: number[] = [];
  for (let epoch = 0; wanted.length < steps; epoch++) {
    const order = shuffledOrder(examples, epoch, seed);
    for (let at = 0; at < examples && wanted.length < steps; at += batchSize) {
      const rows = [...order.subarray(at, at + batchSize)];
      const x = batchOf(data, input, rows);
      const lossOf = (given: Weights, tell: Tell = () => {}) => {
        const half = (layers: readonly Written[], name: string, seen: Rows) =>
          labels
            ? toldForward(layers, name, given, seen, { labels: rows.map((row) => labels[row]), ...condition })
            : forward(layers, name, given, seen, tell);
        const { data: y } = half(decoder, 'decoder', half(encoder, 'encoder', x));
        const beside = added?.twin(given, weights, x).loss ?? 0;
        return distanceOf(y, x.data, rows.length) + beside;
      };
      const running: Weights = { ...added?.twin(weights, weights, x).counted };
      wanted.push(lossOf(weights, (moved) => Object.assign(running, moved)));
      const gradients = optimizers.map(({ name }) =>
        differences((values) => lossOf({ ...weights, [name]: values }), weights[name]),
      );
      optimizers.forEach(({ name, each }, n) => {
        each.forEach((optimizer, i) => optimizer.step(gradients[n][i]));
        weights[name] = Float64Array.from(each, ({ weight }) => weight);
      });
      Object.assign(weights, running);
    }
  }
  wanted.forEach((loss, i) => expect(Math.abs(history.loss[i] - loss) / loss, `step ${i}`).toBeLessThan(1e-5));
  for (const [name, { data: found }] of Object.entries(await model.weights()))
    expect(distance(found, weights[name]) / Math.hypot(...weights[name]), name).toBeLessThan(1e-5);
  added?.check(history);
  model.dispose();
}
