import { defineConfig } from 'vitest/config';

const minute = 60_000;

/** The core of the browser's tests, without a browser: see scripts/test-native.mjs. */
export default defineConfig({
  test: {
    include: [
      'test/kernels/{conv2d,matmul,optimizer,reduce,reparameterize}.test.ts',
      'test/models/{family,fit,normalize,recover,reference,save}.test.ts',
      'test/reliability/{hundred-steps,lost-device}.test.ts',
      'test/shaders/{math,random}.test.ts',
    ],
    setupFiles: ['test/support/native.ts'],
    testTimeout: 2 * minute,
    hookTimeout: minute,
    // One device over all files.
    fileParallelism: false,
    isolate: false,
    pool: 'forks',
  },
});
