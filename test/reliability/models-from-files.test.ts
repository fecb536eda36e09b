/** Files of models on a device; what can be tried without one is, more often, in test/reliability/node/model-files.test.ts. */
import { describe, expect, it } from 'vitest';
import { LatentGpuError } from '../../src/index.ts';
import { sharedGpu } from '../support/gpu.ts';
import { withstand, words } from '../support/hostile.ts';
import { damagedModel, loaders, savedModels, type Kind } from '../support/model-files.ts';
import { tableOf } from '../support/tables.ts';
import { times, tried } from '../support/thorough.ts';

describe.each(Object.keys(loaders) as Kind[])('%s', (kind) => {
  it(
    'is loaded from a file, or the file is refused without memory left on the device',
    { timeout: 3_600_000 },
    async ({ task }) => {
      const gpu = await sharedGpu();
      const load = loaders[kind];
      const files = await savedModels(gpu, kind);
      const { bytes, buffers } = gpu.memory();
      const count = times(20, 1_000);
      // A new shape takes the compiler longer than all of the reading.
      let left = times(2, 40);
      const verdict = await withstand({
        count,
        file: (draw) => damagedModel(files, draw),
        read: async (file) => (await load(gpu, file)).dispose(),
        after: () => expect(gpu.memory()).toMatchObject({ bytes, buffers }),
        check: async (_, file) => {
          if (left-- <= 0) return;
          const model = await load(gpu, file);
          const { encoder } = model;
          await works(async () => {
            if ('columns' in model) return model.errors(await tableOf(3));
            const values = encoder.inputShape.reduce((product, n) => product * n, 1);
            return (await encoder.predict(new Float32Array(values).fill(0.5))).data;
          });
          model.dispose();
          expect(gpu.memory()).toMatchObject({ bytes, buffers });
        },
      });
      expect(verdict.results).toBeGreaterThan(0);
      tried(
        task,
        `files of a model, ${kind}, on a device, with a damaged description, damaged weights or damaged bytes`,
        count,
        words(verdict),
      );
    },
  );
});

/** A model that was read gives finite numbers, or says why not. */
async function works(predict: () => Promise<Float32Array>): Promise<void> {
  try {
    expect((await predict()).every(Number.isFinite)).toBe(true);
  } catch (error) {
    if (!(error instanceof LatentGpuError)) throw error;
  }
}
