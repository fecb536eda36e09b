// npm test: sets up what is missing, then runs the tests that are done in a moment. `npm test -- test/kernels/matmul.test.ts` runs one file.
// npm run test:long runs the others, whose names end in `.long.test.ts`.
import { runMain } from './failure.mjs';
import { setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

/** @type {Record<string, NodeJS.ProcessEnv>} */
const parts = {
  '--short': { LATENTGPU_TESTS: 'short' },
  '--long': { LATENTGPU_TESTS: 'long' },
  '--all': {},
};

await runMain(async () => {
  await setup();
  const [first = '', ...rest] = process.argv.slice(2);
  const asked = first in parts ? rest : process.argv.slice(2);
  // Who names a file wants it, whatever it is called.
  const named = asked.some((argument) => !argument.startsWith('-'));
  process.exitCode = await vitest(asked, named ? {} : parts[first in parts ? first : '--short']);
});
