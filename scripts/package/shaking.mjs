import path from 'node:path';
import { build } from 'esbuild';
import { Failure } from '../failure.mjs';
import { root } from '../setup.mjs';

/** Checks that a page that imports only dense autoencoders does not load in its first chunk what other models need. */
export async function checkShaking() {
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
  // Labels of shaders, and words of messages.
  const later = [
    ...['conv2d ', 'maxPool2d', 'avgPool2d', 'upsample2d', 'top k', 'sparse product'],
    ...['mean of the code', 'cross-entropy', 'tied weights'],
  ];
  const found = later.filter((label) => text.includes(label));
  if (found.length) throw new Failure(`a dense autoencoder brings along ${found.join(', ')}`);
  console.log('package: dense autoencoders leave out what other models need');
}
