// npm run test:firefox: runs the tests of kernels, runtime, models and data in Firefox, whose WebGPU is wgpu, with
// another compiler than Chrome's.
import { runMain } from './failure.mjs';
import { setup } from './setup.mjs';
import { vitest } from './vitest.mjs';

const folders = ['kernels', 'shaders', 'runtime', 'models', 'data'].map((name) => `test/${name}`);

await runMain(async () => {
  await setup();
  // Imported here, since setup may have to install its packages first.
  const { checkFirefox } = await import('./firefox.mjs');
  console.log(`setup: ${await checkFirefox()}`);
  const asked = process.argv.slice(2);
  process.exitCode = await vitest(['--project', 'browser', ...(asked.length ? asked : folders)], {
    LATENTGPU_BROWSER: 'firefox',
  });
});
