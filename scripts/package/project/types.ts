// Code that users write, and errors that the types must catch.
import { adam, autoencoder, dense, openGpu, type Autoencoder, type Gpu } from 'latentgpu';
import { matmul } from 'latentgpu/kernels';
import * as minified from 'latentgpu/latentgpu.min.js';
import { tape } from 'latentgpu/runtime';
import * as worker from 'latentgpu/worker';
import 'latentgpu/worker-thread';

export async function train(): Promise<number[]> {
  const gpu: Gpu = await openGpu();
  const model: Autoencoder = await autoencoder(gpu, {
    input: 4,
    encoder: [dense(2, 'relu')],
    decoder: [dense(4, 'sigmoid')],
    loss: 'mse',
  });
  const history = await model.fit(new Float32Array(400), { epochs: 1, optimizer: adam(1e-3) });
  return history.loss;
}

export async function trainInWorker(own: Worker): Promise<number[]> {
  const gpu = await worker.openGpu({ worker: own });
  const model = await worker.autoencoder(gpu, {
    input: 4,
    encoder: [worker.dense(2, 'relu')],
    decoder: [worker.dense(4, 'sigmoid')],
    loss: 'mse',
  });
  const history = await model.fit(new Float32Array(400), { epochs: 1, optimizer: worker.adam(1e-3) });
  return history.loss;
}

/** The library takes and returns WebGPU's own types, whatever package declares them. */
export async function ownDevice(device: GPUDevice, adapter: GPUAdapter): Promise<GPUDevice> {
  await openGpu({ adapter });
  return (await minified.openGpu({ device })).device;
}

// If types had become 'any', these would compile.
// @ts-expect-error
openGpu(1);
// @ts-expect-error
minified.openGpu(1);
// @ts-expect-error
matmul();
// @ts-expect-error
tape(1, 2, 3, 4);
// @ts-expect-error
worker.dense('many');
