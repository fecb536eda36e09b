// Checks the package as its users get it: what is in it, that it needs nothing else, that its types and its modules load.
// Run it after `npm run build`.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { Failure, runMain } from './failure.mjs';
import { run } from './run.mjs';
import { root } from './setup.mjs';

const expected = /^(package\.json|README\.md|LICENSE|dist\/LICENSES\.md|dist\/.+\.(js|js\.map|d\.ts))$/;

/** What a user writes, and what must not pass. */
const consumer = `
import { adam, autoencoder, dense, openGpu, type Autoencoder, type Gpu } from 'latentgpu';
import { matmul } from 'latentgpu/kernels';
import { tape } from 'latentgpu/runtime';
import * as worker from 'latentgpu/worker';

export async function train(): Promise<number[]> {
  const gpu: Gpu = await openGpu();
  const model: Autoencoder = await autoencoder(gpu, { input: 4, encoder: [dense(2, 'relu')], decoder: [dense(4, 'sigmoid')], loss: 'mse' });
  const history = await model.fit(new Float32Array(400), { epochs: 1, optimizer: adam(1e-3) });
  return history.loss;
}
export async function trainInWorker(): Promise<number[]> {
  const gpu = await worker.openGpu();
  const model = await worker.autoencoder(gpu, { input: 4, encoder: [worker.dense(2, 'relu')], decoder: [worker.dense(4, 'sigmoid')], loss: 'mse' });
  const history = await model.fit(new Float32Array(400), { epochs: 1, optimizer: adam(1e-3) });
  return history.loss;
}
// Types that had become 'any' would let these pass.
// @ts-expect-error
openGpu(1);
// @ts-expect-error
matmul();
// @ts-expect-error
tape(1, 2, 3, 4);
// @ts-expect-error
worker.dense('many');
`;

await runMain(async () => {
  if (!existsSync(path.join(root, 'dist', 'index.js')))
    throw new Failure('there is no dist folder: run `npm run build` first');
  const folder = mkdtempSync(path.join(tmpdir(), 'latentgpu-package-'));
  try {
    const files = unpack(folder);
    checkFiles(files);
    checkSelfContained(path.join(folder, 'package'), files);
    await checkManifest();
    checkTypes(folder);
    await checkShaking();
    checkConsumer(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/**
 * Packs as `npm publish` would, unpacks into <folder>/package, and returns the paths inside.
 * @param {string} folder
 * @returns {string[]}
 */
function unpack(folder) {
  /** @type {[{ filename: string, size: number, files: { path: string }[] }]} */
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root }),
  );
  run('tar', ['-xzf', path.join(folder, packed.filename), '-C', folder]);
  console.log(`package: ${packed.files.length} files, ${Math.ceil(packed.size / 1024)} KiB packed`);
  return packed.files.map((file) => file.path);
}

/** @param {string[]} files */
function checkFiles(files) {
  const surprising = files.filter((file) => !expected.test(file));
  if (surprising.length > 0) throw new Failure(`the package holds what it should not: ${surprising.join(', ')}`);
  for (const file of ['LICENSE', 'README.md', 'dist/LICENSES.md'])
    if (!files.includes(file)) throw new Failure(`the package holds no ${file}`);
}

/**
 * No import of another package may be left in the modules: there are no runtime dependencies.
 * @param {string} folder
 * @param {string[]} files
 */
function checkSelfContained(folder, files) {
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const outside = [...text.matchAll(/^(?:import|export)\b[^'"`]*?['"]([^'"]+)['"]/gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => !name.startsWith('.'));
    if (outside.length > 0)
      throw new Failure(`${file} imports ${outside.join(', ')}, which the package does not bring`);
  }
  console.log('package: imports nothing from outside');
}

async function checkManifest() {
  const { messages, pkg } = await publint({ pkgDir: root, strict: true });
  if (messages.length > 0)
    throw new Failure(`publint: ${messages.map((message) => formatMessage(message, pkg)).join('; ')}`);
  console.log('package: publint finds nothing');
}

/** Who imports only dense autoencoders gets no convolution: what a page loads for them at once, what is exported later left out. */
async function checkShaking() {
  const contents =
    "export { openGpu, autoencoder, classifier, dense, gaussian, adam, dataset } from './dist/index.js';";
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    splitting: true,
    metafile: true,
    outdir: 'out',
    write: false,
    absWorkingDir: root,
  });
  const loaded = new Set(['out/stdin.js']);
  for (const file of loaded)
    for (const { path, kind } of metafile.outputs[file].imports) if (kind === 'import-statement') loaded.add(path);
  const text = outputFiles
    .filter(({ path: file }) => loaded.has(path.relative(root, file)))
    .map((file) => file.text)
    .join();
  if (!text.includes('matmul '))
    throw new Failure('the bundle of a dense autoencoder has no matrix product: this check looks at the wrong files');
  const found = ['conv2d ', 'maxPool2d', 'upsample2d'].filter((label) => text.includes(label));
  if (found.length) throw new Failure(`a dense autoencoder brings along ${found.join(', ')}`);
  console.log('package: dense autoencoders leave convolutions out');
}

/**
 * Whether every way of finding modules comes to the types that belong to the code. The package is for ES modules alone.
 * @param {string} folder
 */
function checkTypes(folder) {
  const [packed] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  // A worker's script has nothing to import.
  run(
    process.execPath,
    [
      path.join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js'),
      path.join(folder, packed),
      '--profile',
      'esm-only',
      '--exclude-entrypoints',
      './worker-thread',
      '--no-color',
    ],
    { cwd: folder },
  );
  console.log('package: arethetypeswrong finds nothing');
}

/**
 * A user's project: its types are checked with both ways of finding modules, and its modules are loaded.
 * @param {string} folder
 */
function checkConsumer(folder) {
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, '@webgpu'), { recursive: true });
  cpSync(path.join(folder, 'package'), path.join(modules, 'latentgpu'), { recursive: true });
  cpSync(path.join(root, 'node_modules', '@webgpu', 'types'), path.join(modules, '@webgpu', 'types'), {
    recursive: true,
  });
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(folder, 'consumer.ts'), consumer);
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const [module, resolution] of /** @type {const} */ ([
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ])) {
    const options = {
      module,
      moduleResolution: resolution,
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: ['@webgpu/types'],
      strict: true,
      noEmit: true,
    };
    // The library's own declarations are checked too: skipLibCheck is off.
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...options, skipLibCheck: false }, files: ['consumer.ts'] }),
    );
    run(process.execPath, [tsc, '-p', folder], { cwd: folder });
    console.log(`package: types load with moduleResolution ${resolution}`);
  }
  // Outside a browser the modules must load as well: servers that render pages import them.
  writeFileSync(
    path.join(folder, 'load.js'),
    "await import('latentgpu'); await import('latentgpu/kernels'); await import('latentgpu/runtime'); await import('latentgpu/worker');",
  );
  run(process.execPath, ['load.js'], { cwd: folder });
  console.log('package: modules load in Node');
}
