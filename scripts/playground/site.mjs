import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, createServer } from 'vite';
import { makeFolder } from '../out-folder.mjs';
import { root } from '../setup.mjs';
import { digits } from './data.mjs';

const folder = path.join(root, 'app', 'playground');

/**
 * Writes the page as static files that work in any folder of any web server.
 * @param {string} out relative to the repository
 * @param {Parameters<typeof digits>[0]} [counts] of its digits
 * @returns {Promise<string>} the folder
 */
export async function buildSite(out, counts) {
  const outDir = path.resolve(root, out);
  await makeFolder(outDir);
  await build({
    root: folder,
    base: './',
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    // Files of the page stay files, so that the bundled model is fetched only when needed. The licences of the bundled
    // packages require their texts.
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, license: { fileName: 'LICENSES.md' } },
  });
  await mkdir(path.join(outDir, 'data'), { recursive: true });
  for (const [name, bytes] of Object.entries(await digits(counts)))
    await writeFile(path.join(outDir, 'data', name), bytes);
  return outDir;
}

/**
 * Serves the page from its sources.
 * @param {number} port
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveSite(port) {
  const data = await digits();
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'mpa',
    server: { host: '127.0.0.1', port, watch: null, hmr: false },
    // No search for packages to bundle, since it would reload the page.
    optimizeDeps: { noDiscovery: true, include: ['uplot'] },
    worker: { format: 'es' },
    plugins: [serveDigits(data)],
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}/app/playground/`, close: () => server.close() };
}

/**
 * @param {Record<string, Buffer>} data
 * @returns {import('vite').Plugin}
 */
function serveDigits(data) {
  return {
    name: 'digits',
    configureServer(server) {
      for (const [name, bytes] of Object.entries(data)) {
        server.middlewares.use(`/app/playground/data/${name}`, (_request, response) => {
          response.setHeader('Content-Type', 'application/octet-stream');
          response.end(bytes);
        });
      }
    },
  };
}
