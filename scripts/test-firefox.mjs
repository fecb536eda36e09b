// npm run test:firefox: the tests of kernels, runtime, models and data in Firefox, which has another WebGPU than Chrome, wgpu, with a compiler of its own.
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
