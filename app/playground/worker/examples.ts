import { fetchIdx } from '../../../src/index.ts';
import taken from '../digits.json';
import { featuresOf } from '../shapes.ts';
import type { Examples, PixelFigures } from '../protocol.ts';

/** Examples in the order of the device: the training examples first, then the held-out ones. */
export interface Collection extends Examples {
  count: number;
  trained: number;
  features: number;
  labels?: Int32Array;
  /** The names of the classes. */
  classes?: string[];
  /** For a visitor's own examples: an id that distinguishes them from earlier ones. */
  id?: string;
}

/** The share of a visitor's own examples that is held out. */
const share = 1 / 6;

/** Fetches the first ten thousand images of MNIST, and two thousand of its test set. */
export async function fetchDigits(folder: string): Promise<Collection> {
  const files = ['train-images', 'test-images', 'train-labels', 'test-labels'];
  const [train, test, trainLabels, testLabels] = await Promise.all(
    files.map((name) => fetchIdx(new URL(name, folder).href)),
  );
  const [height, width] = train.shape.slice(1);
  const labels = Int32Array.from([...trainLabels.data, ...testLabels.data]);
  return {
    name: 'MNIST digits',
    shape: [height, width, 1],
    values: joined(train.data, test.data),
    labels,
    classes: Array.from({ length: 10 }, (_, digit) => `${digit}`),
    count: labels.length,
    trained: trainLabels.data.length,
    features: height * width,
    names: [
      ...namesOf('training image', trainLabels.data, taken.train),
      ...namesOf('test image', testLabels.data, taken.test),
    ],
  };
}

const namesOf = (of: string, labels: Uint8Array, { stride }: { stride: number }): string[] =>
  Array.from({ length: labels.length }, (_, i) => `${of} ${i * stride + 1}`);

/**
 * Shuffles a visitor's own examples, since the files may be sorted. If there are few, all of them are both training and
 * held-out examples.
 */
export function ownCollection(own: Examples & { id: string }): Collection {
  const features = featuresOf(own.shape);
  const count = own.values.length / features;
  const order = mixed(count);
  const values = new Uint8Array(own.values.length);
  order.forEach((from, to) => values.set(own.values.subarray(from * features, (from + 1) * features), to * features));
  const names = order.map((from) => own.names[from]);
  const trained = count < 20 ? count : count - Math.round(count * share);
  return { ...own, values, names, count, features, trained };
}

export const heldOutRows = ({ count, trained }: Collection): number[] =>
  Array.from({ length: count === trained ? count : count - trained }, (_, i) => (count === trained ? i : trained + i));

/** Returns some examples as the model takes them. */
export function rowsOf({ values, features }: Collection, rows: ArrayLike<number>): Float32Array {
  const found = new Float32Array(rows.length * features);
  for (let i = 0; i < rows.length; i++) {
    for (let j = 0; j < features; j++) found[i * features + j] = values[rows[i] * features + j] / 255;
  }
  return found;
}

/** Returns the rows of the training examples. `without` is a class that is left out, or -1. */
export const trainedRows = ({ trained, labels }: Collection, without: number): number[] =>
  Array.from({ length: trained }, (_, row) => row).filter((row) => without < 0 || labels?.[row] !== without);

/** Returns the statistics of the training examples, to which a normalisation is fitted. */
export function figuresOf(collection: Collection, without: number): PixelFigures {
  const { values, features } = collection;
  const rows = trainedRows(collection, without);
  const [least, most, mean, squares] = [Infinity, -Infinity, 0, 0].map((value) =>
    new Float64Array(features).fill(value),
  );
  for (const row of rows) {
    for (let pixel = 0; pixel < features; pixel++) {
      const value = values[row * features + pixel] / 255;
      least[pixel] = Math.min(least[pixel], value);
      most[pixel] = Math.max(most[pixel], value);
      mean[pixel] += value / rows.length;
    }
  }
  for (const row of rows)
    for (let pixel = 0; pixel < features; pixel++)
      squares[pixel] += (values[row * features + pixel] / 255 - mean[pixel]) ** 2 / rows.length;
  // The mean of a constant pixel may differ from its value by rounding.
  const deviations = squares.map((square, pixel) => (least[pixel] === most[pixel] ? 0 : Math.sqrt(square)));
  const [deviation, ...others] = [deviations, least, most, mean].map((figures) => Float32Array.from(figures));
  return { least: others[0], most: others[1], mean: others[2], deviation };
}

/** Returns the held-out examples to show: the first of every class, then the second of every class, and so on. */
export function exemplary(collection: Collection, wanted: number): number[] {
  const rows = heldOutRows(collection);
  const { labels } = collection;
  if (!labels) return rows.slice(0, wanted);
  const classes = [...new Set(rows.map((row) => labels[row]))].sort((a, b) => a - b);
  const members = classes.map((label) => rows.filter((row) => labels[row] === label));
  const chosen: number[] = [];
  for (let n = 0; chosen.length < Math.min(wanted, rows.length); n++)
    chosen.push(...members.flatMap((own) => own.slice(n, n + 1)));
  return chosen.slice(0, wanted);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Returns a shuffle that is always the same (Fisher & Yates, with the constants of Numerical Recipes). */
function mixed(count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = 1;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
