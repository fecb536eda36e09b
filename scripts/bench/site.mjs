import path from 'node:path';
import { build, preview } from 'vite';
import { root } from '../setup.mjs';

/** The headers without which a page may not share memory, and WebAssembly has one thread. */
const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/**
 * Builds a page as for publication, with separate chunks for every library, and serves it.
 * @param {{ file?: string, minify?: boolean }} [options]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startSite({ file = 'bench.html', minify = true } = {}) {
  const outDir = path.join(root, 'out', 'bench-site');
  const common = /** @type {const} */ ({ root: path.join(root, 'bench'), configFile: false, logLevel: 'error' });
  await build({
    ...common,
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      minify,
      chunkSizeWarningLimit: 1e6,
      rolldownOptions: { input: path.join(root, 'bench', file) },
    },
  });
  const server = await preview({
    ...common,
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0, headers: isolated },
  });
  const address = server.httpServer.address();
  if (!address || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}/${file}`, close: () => server.close() };
}

/**
 * Builds the same page as one module for Node that contains everything but the addon.
 * @param {string} outDir
 */
export async function buildForNode(outDir) {
  await build({
    root: path.join(root, 'bench'),
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, target: 'node' },
    build: { outDir, emptyOutDir: true, target: 'es2022', ssr: path.join(root, 'bench', 'page.ts') },
  });
}
