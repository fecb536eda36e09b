import { knnPredict, type Gpu, type Matrix } from '../../../src/index.ts';
import type { Collection } from './examples.ts';

/** The number of queries, and of the examples among which neighbours are searched. */
const [queries, neighbors] = [500, 4000];
const voters = 10;

/**
 * Returns how often the nearest neighbours by code predict the class of an example, which measures the code without
 * training a classifier. `codes` has a row for each example.
 */
export async function probe(
  gpu: Gpu,
  codes: Matrix,
  { labels, trained, count }: Collection,
): Promise<number | undefined> {
  if (!labels || trained === count || trained < 2 * voters) return undefined;
  const width = codes.shape[1];
  const known = Math.min(trained, neighbors);
  const asked = Math.min(count - trained, queries);
  const part = (first: number, rows: number): Matrix => ({
    data: codes.data.slice(first * width, (first + rows) * width),
    shape: [rows, width],
  });
  const answers = await knnPredict(gpu, {
    codes: part(0, known),
    labels: labels.subarray(0, known),
    queries: part(trained, asked),
    k: voters,
  });
  return answers.filter((answer, i) => answer === labels[trained + i]).length / asked;
}
