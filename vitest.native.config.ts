import { defineConfig } from 'vitest/config';

const minute = 60_000;

/** `LATENTGPU_TESTS=short` leaves the longer tests out, as .ci/run does: they have run in Chrome there. */
const files = process.env.LATENTGPU_TESTS === 'short' ? '.test.ts' : '{,.long}.test.ts';

/** The core of the browser's tests, without a browser: see scripts/test-native.mjs. */
export default defineConfig({
  test: {
    include: [
      `test/kernels/{conv2d,matmul,optimizer,reduce,reparameterize}${files}`,
      `test/models/{family,fit{,-errors,-steering},normalize,recover,reference,sampler,save}${files}`,
      `test/reliability/{hundred-steps,lost-device}${files}`,
      'test/shaders/{math,philox}.test.ts',
    ],
    setupFiles: ['test/support/native.ts', 'test/support/gpu-errors.ts'],
    testTimeout: 2 * minute,
    hookTimeout: minute,
    // One device over all files.
    fileParallelism: false,
    isolate: false,
    pool: 'forks',
  },
});
