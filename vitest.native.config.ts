import { defineConfig } from 'vitest/config';

const minute = 60_000;

/** `LATENTGPU_TESTS=short` leaves the longer tests out, as .ci/run does: they have run in Chrome there. */
const short = process.env.LATENTGPU_TESTS === 'short';
const files = short ? '.test.ts' : '{,.long}.test.ts';

/** `npm run test:native -- FILES` sets it: files that are named need not be of the core. `npm run faults` runs tests like this as well. */
const named = process.env.LATENTGPU_FILES === 'named';

/** The core of the browser's tests, without a browser: see scripts/test-native.mjs. */
export default defineConfig({
  test: {
    include: named
      ? ['test/**/*.test.ts']
      : [
          `test/kernels/{conv2d,matmul,optimizer,reduce,reparameterize}${files}`,
          `test/models/{family,fit{,-errors,-steering},normalize,recover,reference,sampler,save}${files}`,
          `test/reliability/{hundred-steps,lost-device}${files}`,
          'test/shaders/{math,philox}.test.ts',
        ],
    // Those of Node need no device: `npx vitest run --project node` has them.
    exclude: ['**/node_modules/**', 'test/**/node/**', ...(short ? ['**/*.long.test.ts'] : [])],
    setupFiles: ['test/support/native.ts', 'test/support/gpu-errors.ts'],
    testTimeout: 2 * minute,
    hookTimeout: minute,
    // One device over all files.
    fileParallelism: false,
    isolate: false,
    pool: 'forks',
  },
});
