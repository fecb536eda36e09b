// node examples/node.mjs — after `npm install latentgpu webgpu`. The package `webgpu` is Dawn, Chrome's engine.
import { create, globals } from 'webgpu';
import { adam, autoencoder, dense, openGpu } from 'latentgpu';

Object.assign(globalThis, globals);
const webgpu = create([]);
const gpu = await openGpu({ adapter: () => webgpu.requestAdapter() });

// Points on a curve in 16 dimensions: one number is enough to describe each of them.
const data = Float32Array.from(
  { length: 1000 * 16 },
  (_, i) => 0.5 + 0.4 * Math.sin(Math.floor(i / 16) * 7 + (i % 16) / 3),
);
const model = await autoencoder(gpu, {
  input: 16,
  encoder: [dense(32, 'tanh'), dense(2)],
  decoder: [dense(32, 'tanh'), dense(16, 'sigmoid')],
  loss: 'mse',
});
const { loss } = await model.fit(data, { epochs: 20, optimizer: adam(3e-3) });
console.log(
  `The loss fell from ${loss[0].toFixed(5)} to ${loss.at(-1).toFixed(5)} on ${gpu.info.vendor} ${gpu.info.description}.`,
);
gpu.close();
