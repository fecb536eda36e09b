import { defineConfig } from 'vitest/config';

const minute = 60_000;

/** The core of the browser's tests, without a browser: see scripts/test-native.mjs. */
export default defineConfig({
  test: {
    include: [
      'test/kernels/{conv2d,matmul,optimizer,reduce,reparameterize}{,.long}.test.ts',
      'test/models/{family,fit,normalize,recover,reference,save}{,.long}.test.ts',
      'test/reliability/{hundred-steps,lost-device}{,.long}.test.ts',
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
