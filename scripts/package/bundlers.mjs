import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import { build as vite7, createServer } from 'vite-7';
import webpack from 'webpack';
import { Failure } from '../failure.mjs';

/**
 * Makes a folder with the page of a project, ready to be served.
 * @typedef {(project: string, out: string) => Promise<void>} Bundler
 */

/** The setting that the guide recommends to users of Vite 7 and older. @type {import('vite-7').UserConfig} */
const documented = {
  optimizeDeps: { exclude: ['latentgpu'] },
  worker: { format: 'es' },
};

const quiet = /** @type {const} */ ({ configFile: false, logLevel: 'error', base: './' });

/** @type {Record<string, Bundler>} */
export const bundlers = {
  async vite(root, out) {
    await vite({ ...quiet, root, build: { outDir: out, target: 'es2022' } });
  },

  async 'vite-7'(root, out) {
    await vite7({ ...quiet, ...documented, root, build: { outDir: out, target: 'es2022' } });
  },

  async webpack(root, out) {
    const stats = await new Promise((resolve, reject) =>
      webpack(
        {
          context: root,
          mode: 'production',
          entry: './main.js',
          output: { path: path.join(root, out), filename: 'main.js' },
          performance: false,
          // Minifying takes longest, and does not change what is left out or the worker's address.
          optimization: { minimize: false },
        },
        (error, done) => (error ? reject(error) : resolve(done)),
      ),
    );
    const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true });
    if (errors.length || warnings.length)
      throw new Failure(`webpack: ${[...errors, ...warnings].map(({ message }) => message).join('; ')}`);
    copyFileSync(path.join(root, 'index.html'), path.join(root, out, 'index.html'));
  },

  // esbuild does not bundle workers by their addresses, so the page's and the library's worker are entry points beside
  // the page's script.
  async esbuild(root, out) {
    await esbuild({
      absWorkingDir: root,
      entryPoints: ['main.js', 'own-worker.js', { in: 'latentgpu/worker-thread', out: 'worker-thread' }],
      outdir: out,
      bundle: true,
      minify: true,
      format: 'esm',
      logLevel: 'silent',
    });
    copyFileSync(path.join(root, 'index.html'), path.join(root, out, 'index.html'));
  },
};

/**
 * Serves the page as Vite 7 does in development.
 * @param {string} root
 */
export async function serveInDevelopment(root) {
  const server = await createServer({
    ...quiet,
    ...documented,
    root,
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  });
  await server.listen();
  return server;
}
