/** What a page loads at first: `npm run size` after `npm run build`. Parts that load when they are first used are not counted. */
import { checkBuilt } from './built.mjs';
import { root } from './setup.mjs';

checkBuilt(root, 'npm run size');

/** @type {import('esbuild').Plugin} */
const leavesOutWhatLoadsLater = {
  name: 'leaves-out-what-loads-later',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    );
  },
};

/** @param {Record<string, string>} check */
const atFirst = (check) => ({
  gzip: true,
  modifyEsbuildConfig: (/** @type {import('esbuild').BuildOptions} */ config) => ({
    ...config,
    // As pages load it. In a script, imports on demand would bring a substitute for them along.
    format: 'esm',
    plugins: [leavesOutWhatLoadsLater],
  }),
  ...check,
});

export default [
  atFirst({
    name: 'autoencoders of dense layers, all kinds',
    path: '../dist/index.js',
    import:
      '{ openGpu, autoencoder, classifier, dense, dropout, gaussian, gaussianNoise, maskNoise, saltAndPepper, contractive, stochasticContractive, sparsity, weightDecay, adam, adamw, adagrad, sgd, constant, cosine, stepDecay, warmUp, dataset, readIdx, fetchIdx }',
    limit: '49 kB',
  }),
  atFirst({ name: 'the whole library', path: '../dist/index.js', import: '*', limit: '73 kB' }),
  atFirst({ name: "the page's side of a worker", path: '../dist/worker.js', import: '*', limit: '19 kB' }),
];
