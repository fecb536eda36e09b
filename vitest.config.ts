import { defineConfig } from 'vitest/config';
import { chrome } from './test/support/provider.ts';

const minute = 60_000;

export default defineConfig({
  test: {
    testTimeout: minute,
    hookTimeout: minute,
    // One at a time: two browsers that compute on the CPU at once would only slow each other down.
    fileParallelism: false,
    // With `--coverage`, as `npm run coverage` has it.
    coverage: {
      provider: 'istanbul',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'json'],
      reportsDirectory: 'out/coverage',
      // A test that fails is no reason to know nothing of the others.
      reportOnFailure: true,
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/node/**'],
          // One page and one device over all files: starting them costs more than most tests.
          isolate: false,
          setupFiles: ['test/support/known-differences.ts'],
          sequence: { groupOrder: 1 },
          browser: {
            enabled: true,
            headless: true,
            provider: chrome(),
            instances: [{ browser: 'chrome' }],
            screenshotFailures: false,
            // By number: the name localhost can lead to another program's port of the same number. A taken port moves on to the next.
            api: { host: '127.0.0.1' },
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/node/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
    ],
  },
});
