/// <reference types="vite/client" />
import { openGpu, readTable, table } from '../../src/index.ts';
import { longTable, type LongTable, type StepsOf } from './long.ts';
import { batch, batches, modelOf, optimizer } from './model.ts';
import { csvStream } from './rows.ts';

/** What only the benchmark installs is not there when the rest is compiled. */
const peers = import.meta.glob<{ start(table: LongTable): Promise<StepsOf> }>('../peers/table/jax.ts');

const rounds = 5;
const roundMs = 3000;

export interface Steps {
  places: number;
  /** of each library: the loss after two rounds through the batches, and milliseconds a step of each round of timing */
  ours: { loss: number; times: number[] };
  jax: { loss: number; times: number[] };
}

/** A step of our model on cells beside one of jax-js on long rows, from the same weights, in turn. */
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
    // What compiles and what the tuner tries out is behind both then.
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

/** [outputs, inputs] as [inputs, outputs]. */
function transposed(values: Float32Array, [outputs, inputs]: readonly number[]): Float32Array {
  return Float32Array.from(values, (_, i) => values[(i % outputs) * inputs + Math.floor(i / outputs)]);
}
