import { createReadStream } from 'node:fs';
import { createServer } from 'vite';
import { root } from '../setup.mjs';

/** @typedef {{ url: string, library: () => Promise<typeof import('../../src/index.ts')>, close: () => Promise<void> }} Server */

/**
 * Serves app/ and src/ to the browser as they are, TypeScript included, and the data files under /data/.
 * @param {Readonly<Record<string, string>>} files by name
 * @returns {Promise<Server>}
 */
export async function startServer(files) {
  const server = await createServer({
    root,
    configFile: false, // a user's configuration is not for this page
    logLevel: 'error',
    appType: 'mpa',
    // No file changes while it runs, so there is no watching and no reloading. A search for packages to bundle would
    // reload the page.
    server: { host: '127.0.0.1', port: 0, watch: null, hmr: false },
    optimizeDeps: { noDiscovery: true, include: ['ml-matrix'] }, // its module for browsers wraps one in another format
    ssr: { noExternal: true }, // wgsl-preprocessor calls its modules .js without saying that they are modules
    plugins: [serveData(files)],
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (!address || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    // The same reader here and in the page, so that errors of a file are reported in the same words before a browser
    // starts.
    library: /** @type {Server['library']} */ (() => server.ssrLoadModule('/src/index.ts')),
    close: () => server.close(),
  };
}

/**
 * @param {Readonly<Record<string, string>>} files
 * @returns {import('vite').Plugin}
 */
function serveData(files) {
  return {
    name: 'data',
    configureServer(server) {
      for (const [name, file] of Object.entries(files)) {
        server.middlewares.use(`/data/${name}`, (_request, response, next) => {
          response.setHeader('Content-Type', 'application/octet-stream');
          createReadStream(file).on('error', next).pipe(response);
        });
      }
    },
  };
}
