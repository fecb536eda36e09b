// npm run test:all: runs all tests: those of `npm test` and of `npm run test:long`, their core in Node and Deno, and
// those of kernels, runtime, models and data in Firefox. Without Firefox, it says so and leaves that part out; so do
// the tests that need PyTorch, in their names.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Failure, runMain } from './failure.mjs';
import { root, setup } from './setup.mjs';

await runMain(async () => {
  await setup();
  // Imported here, since setup may have to install its packages first.
  const { findFirefox } = await import('./firefox.mjs');
  const firefox = findFirefox();
  const scripts = ['test.mjs --all', 'test-native.mjs', ...(firefox ? ['test-firefox.mjs'] : [])];
  const failed = scripts.filter((script) => {
    console.log(`\n${script}`);
    const [file, ...options] = script.split(' ');
    return (
      spawnSync(process.execPath, [path.join(root, 'scripts', file), ...options], { stdio: 'inherit' }).status !== 0
    );
  });
  if (!firefox)
    console.log('\nFirefox is not installed here (Debian: apt-get install firefox-esr): nothing was run in it');
  if (failed.length) throw new Failure(`failed: ${failed.join(', ')}`);
});
