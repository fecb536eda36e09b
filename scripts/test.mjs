// npm test: installs what is missing, then runs the short tests. `npm test -- test/kernels/matmul.test.ts` runs one
// file. npm run test:long runs the others, whose names end in `.long.test.ts`.
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
  // A file that is named is run, whether its tests are short or long.
  const named = asked.some((argument) => !argument.startsWith('-'));
  process.exitCode = await vitest(asked, named ? {} : parts[first in parts ? first : '--short']);
});
