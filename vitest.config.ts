import { defineConfig } from 'vitest/config';
import { chrome } from './test/support/provider.ts';

const minute = 60_000;

/**
 * Which files run: `npm test` takes those that are done in a moment, `npm run test:long` the others, whose names end in `.long.test.ts`.
 * Without a word, as for `npm run test:all` and a file that is asked for by its name, both do.
 */
const part = process.env.LATENTGPU_TESTS;
if (part && part !== 'short' && part !== 'long')
  throw new Error(`LATENTGPU_TESTS is '${part}'; it can be short or long`);
const included = (folders: string) => `test/${folders}*${part === 'long' ? '.long' : ''}.test.ts`;
const excluded = part === 'short' ? ['**/*.long.test.ts'] : [];

export default defineConfig({
  test: {
    // The longer tests have more to do than a busy machine does in a minute.
    testTimeout: part === 'short' ? minute : 5 * minute,
    hookTimeout: minute,
    // Two at a time: a test computes on the host and on the device in turn, and one browser leaves a core idle. The longer ones go alone, since some of them fill the memory.
    maxWorkers: part === 'short' ? 2 : 1,
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
          include: [included('**/')],
          exclude: ['test/**/node/**', ...excluded],
          // One page and one device over all files of a worker: starting them costs more than most tests.
          isolate: false,
          setupFiles: ['test/support/known-differences.ts', 'test/support/gpu-errors.ts'],
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
          include: [included('**/node/**/')],
          exclude: excluded,
          // One process over all short files of a worker: starting one, and loading the library, takes longer than most files. The longer ones fill the memory.
          isolate: part !== 'short',
          setupFiles: ['test/support/undo-stubs.ts'],
          globalSetup: ['test/support/sites.ts'],
          sequence: { groupOrder: 0 },
        },
      },
    ],
  },
});
