// Uses each import path of the package, and trains the same model on the page and in both kinds of worker.
import * as direct from 'latentgpu';
import { matmul } from 'latentgpu/kernels';
import * as minified from 'latentgpu/latentgpu.min.js';
import { read, tape, tensor } from 'latentgpu/runtime';
import * as remote from 'latentgpu/worker';

const data = Float32Array.from({ length: 64 * 4 }, (_, i) => ((i * 37) % 64) / 64);

async function losses({ adam, autoencoder, dense, openGpu }, options) {
  const gpu = await openGpu({ tuning: 'fixed', ...options });
  const model = await autoencoder(gpu, {
    input: 4,
    encoder: [dense(3, 'tanh')],
    decoder: [dense(4, 'sigmoid')],
    loss: 'mse',
  });
  const { loss } = await model.fit(data, { epochs: 5, batchSize: 16, optimizer: adam(1e-1) });
  gpu.close();
  return loss;
}

async function product() {
  const gpu = await direct.openGpu({ tuning: 'fixed' });
  const record = tape(gpu);
  const y = matmul(record, tensor(gpu, [1, 2], [1, 2]), tensor(gpu, [3, 4], [2, 1]));
  const { data } = await read(y);
  gpu.close();
  return [...data];
}

async function run() {
  const worker = new Worker(new URL('./own-worker.js', import.meta.url), { type: 'module' });
  return {
    page: await losses(direct),
    minified: await losses(minified),
    'library’s worker': await losses(remote),
    'own worker': await losses(remote, { worker }),
    product: await product(),
  };
}

run().then(
  (result) => (window.outcome = { result }),
  (error) => (window.outcome = { error: `${error.name}: ${error.message}` }),
);
