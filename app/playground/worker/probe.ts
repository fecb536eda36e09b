import { knnPredict, type Gpu, type Matrix } from '../../../src/index.ts';
import type { Collection } from './examples.ts';

/** Examples that are asked about, and among how many neighbours are looked for. */
const [queries, neighbors] = [500, 4000];
const voters = 10;

/** How well neighbours in the code know each other's class: a question of the code, not of a classifier. `codes`: of all examples, as rows. */
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
