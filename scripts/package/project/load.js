await import('latentgpu');
await import('latentgpu/kernels');
await import('latentgpu/runtime');
await import('latentgpu/worker');
await import('latentgpu/latentgpu.min.js');
