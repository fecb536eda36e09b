// npm run test:tilings: runs the tests of kernels and models with every way of a dispatch that the tuner may choose,
// each forced in turn.
import { Failure, runMain } from './failure.mjs';
import { setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

const folders = ['kernels', 'models', 'shaders'].map((name) => `test/${name}`);

/** The ways to force, by number. `npm test` tests the first way, and no dispatch has more than six. */
const ways = [1, 2, 3, 4, 5];

await runMain(async () => {
  await setup();
  const asked = process.argv.slice(2);
  for (const way of ways) {
    console.log(`\nway ${way + 1} of every dispatch`);
    const code = await vitest(['--project', 'browser', ...(asked.length ? asked : folders)], {
      VITE_FORCED_WAY: `${way}`,
    });
    if (code) throw new Failure(`way ${way + 1} failed`);
  }
});
