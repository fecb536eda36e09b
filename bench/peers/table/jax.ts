/**
 * The same model in jax-js as its users would write it: rows of zeros and ones, a loss by column, and the whole step
 * inside `jit`.
 */
import { jit, lax, nn, numpy as np, tree } from '@jax-js/jax';
import type { LongTable } from '../../table/long.ts';
import { adamStep, open, unmoved, type Layer, type Moving } from '../jax.ts';

/** Makes the model ready to train. */
export async function start({ places, columns, batches, weights }: LongTable) {
  await open('webgpu');
  const rows = batches[0].rows.length / places;
  const sizes = columns.map((count) => Math.max(1, count));
  const outputs = sizes.reduce((sum, size) => sum + size, 0);
  const layers = weights.map(({ kernel, bias }): Layer => ({
    kernel: np.array(kernel).reshape([kernel.length / bias.length, bias.length]),
    bias: np.array(bias),
  }));
  const data = batches.map(({ rows: long, targets, there }) => [
    np.array(long).reshape([rows, places]),
    np.array(targets).reshape([rows, outputs]),
    np.array(there).reshape([rows, columns.length]),
  ]);
  /** The column of each output. */
  const owner = sizes.flatMap((size, c) => Array<number>(size).fill(c));
  const isNumber = np.array(Float32Array.from(owner, (c) => Number(columns[c] === 0)));
  const hasNumbers = np.array(Float32Array.from(columns, (count) => Number(count === 0)));
  const segments = np
    .array(
      Float32Array.from({ length: outputs * columns.length }, (_, i) =>
        Number(owner[Math.floor(i / columns.length)] === i % columns.length),
      ),
    )
    .reshape([outputs, columns.length]);
  const constants = [isNumber, hasNumbers, segments];

  const lossOf = (
    given: Layer[],
    [x, targets, there]: np.Array[],
    [isNumber, hasNumbers, segments]: np.Array[],
  ): np.Array => {
    const y = given.reduce((x, { kernel, bias }, i) => {
      const z = np.matmul(x, kernel).add(bias);
      return i % 2 ? z : nn.relu(z);
    }, x);
    const largest = lax.stopGradient(np.max(y.ref, 1, { keepdims: true }));
    const sums = np.matmul(np.exp(y.ref.sub(largest.ref)), segments.ref);
    const chosen = np.matmul(y.ref.mul(targets.ref), segments.ref);
    const ofCategories = np.log(sums).add(largest).sub(chosen);
    const ofNumbers = np.matmul(np.square(y.sub(targets)).mul(isNumber).mul(0.5), segments);
    const cells = np.where(hasNumbers.greater(0.5), ofNumbers, ofCategories).mul(there.ref);
    return cells.sum(1).div(there.sum(1)).mean();
  };
  const step = jit((now: Moving, batch: np.Array[], constants: np.Array[]) =>
    adamStep((given) => lossOf(given, batch, constants), now),
  );
  let state = unmoved(layers);
  return {
    async run(steps: number): Promise<number> {
      const last: np.Array[] = [];
      for (let i = 0; i < steps; i++) {
        const [loss, next] = step(state, tree.ref(data[i % data.length]), tree.ref(constants)) as [np.Array, Moving];
        state = next;
        if (i >= steps - data.length) last.push(loss);
        else loss.dispose();
      }
      let sum = 0;
      for (const loss of last) sum += Number((await loss.data())[0]);
      return sum / last.length;
    },
  };
}
