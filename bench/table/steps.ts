/// <reference types="vite/client" />
import { openGpu, readTable, table } from '../../src/index.ts';
import { longTable, type LongTable, type StepsOf } from './long.ts';
import { batch, batches, modelOf, optimizer } from './model.ts';
import { csvStream } from './rows.ts';

/** Imported by a pattern, since the packages that only the benchmark installs are absent when the rest is compiled. */
const peers = import.meta.glob<{ start(table: LongTable): Promise<StepsOf> }>('../peers/table/jax.ts');

const rounds = 5;
const roundMs = 3000;

export interface Steps {
  places: number;
  /** The loss after two rounds through the batches, and the milliseconds per step in each round of timing. */
  ours: { loss: number; times: number[] };
  jax: { loss: number; times: number[] };
}

/** Times a step of our model on cells and one of jax-js on long rows, in turn, from the same weights. */
export async function measureSteps(): Promise<Steps> {
  const data = await readTable(csvStream(batches * batch));
  const gpu = await openGpu();
  const model = await modelOf(gpu, data);
  const put = await table(gpu, data);
  const weights = Object.values(await model.weights());
  const long = longTable(data);
  const { start } = await peers['../peers/table/jax.ts']();
  const jax = await start({
    ...long,
    weights: [0, 2, 4, 6].map((at) => ({
      kernel: transposed(weights[at].data, weights[at].shape),
      bias: weights[at + 1].data,
    })),
  });
  gpu.tuner.eager = true;
  const ours = {
    async run(steps: number) {
      const { loss } = await model.fit(put, { steps, batchSize: batch, optimizer: adam, shuffle: false });
      return loss.slice(-batches).reduce((sum, one) => sum + one, 0) / batches;
    },
  };
  const adam = optimizer();
  const measured = [ours, jax].map(({ run }) => ({ run, loss: 0, times: [] as number[], ms: 1 }));
  for (const each of measured) {
    each.loss = await each.run(2 * batches);
    // Compilation and the tuner's measurements are over by now.
    const begun = performance.now();
    await each.run(4 * batches);
    each.ms = (performance.now() - begun) / (4 * batches);
  }
  for (let round = 0; round < rounds; round++) {
    for (const each of measured) {
      const steps = batches * Math.max(1, Math.round(roundMs / each.ms / batches));
      const begun = performance.now();
      await each.run(steps);
      each.ms = (performance.now() - begun) / steps;
      each.times.push(each.ms);
    }
  }
  const [first, second] = measured.map(({ loss, times }) => ({ loss, times }));
  return { places: long.places, ours: first, jax: second };
}

/** Returns [outputs, inputs] as [inputs, outputs]. */
function transposed(values: Float32Array, [outputs, inputs]: readonly number[]): Float32Array {
  return Float32Array.from(values, (_, i) => values[(i % outputs) * inputs + Math.floor(i / outputs)]);
}
