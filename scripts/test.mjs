// npm test: sets up what is missing, then runs Vitest. `npm test -- test/kernels/matmul.test.ts` runs one file.
import { runMain } from './failure.mjs';
import { setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

await runMain(async () => {
  await setup();
  process.exitCode = await vitest(process.argv.slice(2));
});
