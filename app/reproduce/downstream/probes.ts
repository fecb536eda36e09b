/** How well digits are told apart by what a model makes of them. */
import {
  adam,
  autoencoder,
  classifier,
  dense,
  flatten,
  knnPredict,
  type Classifier,
  type ClassifierSpec,
  type Gpu,
  type Matrix,
  type Network,
} from '../../../src/index.ts';
import type { ExampleSet } from '../row.ts';

/** Rows of a matrix and the class of each. */
export interface Codes extends Matrix {
  labels: Uint8Array;
}

export interface Fitting {
  steps: number;
  batch: number;
  rate: number;
}

/** Some examples by their numbers. */
export function chosen({ data, shape, labels }: Codes, numbers: ArrayLike<number>): Codes {
  const [, width] = shape;
  const rows = new Float32Array(numbers.length * width);
  Array.from(numbers).forEach((number, i) => rows.set(data.subarray(number * width, (number + 1) * width), i * width));
  return { data: rows, shape: [numbers.length, width], labels: Uint8Array.from(numbers, (number) => labels[number]) };
}

/** Each column brought to mean 0 and deviation 1 on the first matrix, and the others by the same rule: a probe then learns all columns at one rate. */
export function standardized(by: Codes, others: Codes[]): Codes[] {
  const [count, width] = by.shape;
  const mean = new Float64Array(width);
  const squares = new Float64Array(width);
  by.data.forEach((value, at) => (mean[at % width] += value / count));
  by.data.forEach((value, at) => (squares[at % width] += (value - mean[at % width]) ** 2 / count));
  // A column that never changes stays at 0.
  const scale = Float64Array.from(squares, (square) => (square > 1e-12 ? 1 / Math.sqrt(square) : 0));
  return [by, ...others].map((codes) => ({
    ...codes,
    data: codes.data.map((value, at) => (value - mean[at % width]) * scale[at % width]),
  }));
}

/** Test accuracy in percent of softmax regression on codes that stay as they are. */
export async function linearProbe(gpu: Gpu, train: Codes, test: Codes, fitting: Fitting): Promise<number> {
  const [, width] = train.shape;
  // Nothing but a place to start from: what goes in comes out.
  const identity = await autoencoder(gpu, { input: width, encoder: [flatten()], decoder: [dense(width)], loss: 'mse' });
  const probe = await fitted(gpu, { encoder: identity.encoder }, train, fitting);
  identity.dispose();
  const { accuracy } = await probe.evaluate(test, test.labels);
  probe.dispose();
  return 100 * accuracy;
}

/** Test accuracy in percent of a vote of the five nearest codes. */
export async function nearestFive(gpu: Gpu, train: Codes, test: Codes): Promise<number> {
  const answers = await knnPredict(gpu, {
    codes: train,
    labels: train.labels,
    queries: test,
    k: Math.min(5, train.labels.length),
  });
  return (100 * answers.filter((answer, i) => answer === test.labels[i]).length) / answers.length;
}

/**
 * Test accuracy in percent of a classifier that starts from an encoder and changes all of it. Its last layer is trained first, alone: a new one
 * would at first pull the encoder about at random (Kumar et al. 2022).
 */
export async function fineTuned(
  gpu: Gpu,
  encoder: Network,
  train: Codes,
  test: ExampleSet,
  { head, whole }: { head?: Fitting; whole: Fitting },
  seed: number,
): Promise<number> {
  const probe = head && (await fitted(gpu, { encoder, freeze: true, seed }, train, head));
  const model = await fitted(gpu, { encoder, seed }, train, whole, await probe?.weights());
  const { accuracy } = await model.evaluate(test.data, test.labels);
  probe?.dispose();
  model.dispose();
  return 100 * accuracy;
}

async function fitted(
  gpu: Gpu,
  spec: Omit<ClassifierSpec, 'classes'>,
  train: Codes,
  { steps, batch, rate }: Fitting,
  weights: Record<string, Matrix> = {},
): Promise<Classifier> {
  const model = await classifier(gpu, { ...spec, classes: 10 });
  model.setWeights(weights);
  await model.fit(train.data, train.labels, {
    steps,
    batchSize: Math.min(batch, train.labels.length),
    optimizer: adam(rate),
  });
  return model;
}
