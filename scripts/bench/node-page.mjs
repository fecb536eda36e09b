// A process that runtimes.mjs starts. It gives Node the globals of a page, and answers calls of bench/page.ts.
// DAWN_NODE may name the addon where the package `webgpu` is not installed.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv[2];
const webgpu = process.env.DAWN_NODE
  ? createRequire(import.meta.url)(process.env.DAWN_NODE)
  : await import(path.join('..', '..', 'bench', 'node_modules', 'webgpu', 'index.js'));
Object.assign(globalThis, webgpu.globals);
Object.defineProperty(globalThis, 'navigator', {
  value: { gpu: webgpu.create([]), userAgent: `Node ${process.versions.node}` },
  configurable: true,
});
// TensorFlow.js recognises a page by these globals.
Object.assign(globalThis, { window: globalThis, self: globalThis });

await import(pathToFileURL(path.join(folder, 'page.js')).href);

// A benchmark that was stopped must not leave a process behind that computes on.
process.on('disconnect', () => process.exit());

const bench = /** @type {Record<string, (...values: unknown[]) => unknown>} */ (
  /** @type {unknown} */ (globalThis.bench)
);
process.on('message', (/** @type {{ name: string, values: unknown[] }} */ { name, values }) => {
  // Some functions return a promise, others a value.
  void new Promise((resolve) => resolve(bench[name](...values))).then(
    (value) => process.send?.({ value }),
    (error) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
  );
});
