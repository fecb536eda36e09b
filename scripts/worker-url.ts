import type { Plugin } from 'vite';

const source = "new URL('./thread.ts', import.meta.url)";
const published = "new URL('./worker-thread.js', import.meta.url)";
const placeholder = '__WORKER_THREAD_URL__';

/**
 * Publishes the worker's script as a module that shares chunks with the others, at an address in the form that all
 * bundlers recognise. Vite by itself would bundle the whole library into it once more, and write an address that no
 * bundler recognises.
 */
export function workerUrl(): Plugin {
  return {
    name: 'worker-url',
    enforce: 'pre',
    apply: 'build',
    transform(code, id) {
      if (!id.endsWith('/src/worker/open.ts')) return null;
      if (!code.includes(source)) this.error(`src/worker/open.ts: ${source} is not there any more`);
      return { code: code.replace(source, placeholder), map: null };
    },
    renderChunk(code, chunk) {
      if (!code.includes(placeholder)) return null;
      if (chunk.fileName.includes('/')) this.error(`${chunk.fileName} does not lie beside worker-thread.js`);
      return { code: code.replace(placeholder, published), map: null };
    },
  };
}
