import { defineConfig } from 'vite';

export default defineConfig({
  // The library loads its worker from a file beside it: left as it is, it finds it in development too.
  optimizeDeps: { exclude: ['latentgpu', 'latentgpu/worker'] },
  worker: { format: 'es' },
  build: { target: 'es2022' },
});
