import { defineConfig } from 'vite';

/** The published JavaScript; its types are made by `tsc -p tsconfig.build.json`. */
export default defineConfig({
  build: {
    target: 'es2022',
    sourcemap: true,
    // Shipped readable: who publishes a page minifies it there.
    minify: false,
    // The licence of what is bundled asks to go with it.
    license: { fileName: 'LICENSES.md' },
    lib: {
      entry: { index: 'src/index.ts', kernels: 'src/kernels.ts', runtime: 'src/runtime.ts' },
      formats: ['es'],
    },
    rolldownOptions: { output: { chunkFileNames: 'chunks/[name]-[hash].js' } },
  },
});
