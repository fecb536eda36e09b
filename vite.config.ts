import { defineConfig } from 'vite';
import { compactWgsl } from './scripts/compact-wgsl.ts';
import { ownConvolutions } from './scripts/own-convolutions.ts';
import { workerUrl } from './scripts/worker-url.ts';

/** The published JavaScript; its types are made by `tsc -p tsconfig.build.json`. */
export default defineConfig({
  plugins: [compactWgsl(), ownConvolutions(), workerUrl()],
  build: {
    target: 'es2022',
    sourcemap: true,
    // Shipped readable: who publishes a page minifies it there.
    minify: false,
    // The licence of what is bundled asks to go with it.
    license: { fileName: 'LICENSES.md' },
    lib: {
      entry: {
        index: 'src/index.ts',
        kernels: 'src/checked-kernels.ts',
        runtime: 'src/checked-runtime.ts',
        worker: 'src/worker.ts',
        'worker-thread': 'src/worker/thread.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: { output: { chunkFileNames: 'chunks/[name]-[hash].js' } },
  },
});
