// Trains in a worker: whatever else the page does, it does not wait for it.
import { adam, autoencoder, dense, LatentGpuError, openGpu, standardize } from 'latentgpu/worker';

const state = document.querySelector('#state')!;

/** Measurements of ten machines' parts: all features follow from two of them, but for some noise; their units differ. */
function measurements(rows: number): Float32Array {
  const data = new Float32Array(rows * 10);
  for (let row = 0; row < rows; row++) {
    const [heat, load] = [Math.random(), Math.random()];
    for (let column = 0; column < 10; column++)
      data[row * 10 + column] =
        10 ** (column % 4) * (heat * Math.sin(column) + load * Math.cos(column) + 0.01 * Math.random());
  }
  return data;
}

try {
  const gpu = await openGpu();
  const model = await autoencoder(gpu, {
    input: 10,
    encoder: [dense(16, 'tanh'), dense(2)],
    decoder: [dense(16, 'tanh'), dense(10)],
    loss: 'mse',
    normalize: standardize(),
  });
  const data = measurements(2000);
  const { loss } = await model.fit(data, {
    epochs: 20,
    batchSize: 64,
    optimizer: adam(3e-3),
    onEpochEnd: ({ epoch, loss }) => void (state.textContent = `Epoch ${epoch}: loss ${loss.toFixed(4)}`),
  });
  // A part that does not follow from heat and load like the others.
  const strange = data.slice(0, 10);
  strange[3] *= -3;
  const [usual, odd] = [await model.errors(data.slice(0, 10)), await model.errors(strange)];
  state.textContent = `The loss fell from ${loss[0].toFixed(4)} to ${loss.at(-1)!.toFixed(4)}; a strange part scores ${(odd[0] / usual[0]).toFixed(0)} times as high as a usual one.`;
  gpu.close();
} catch (error) {
  state.textContent = error instanceof LatentGpuError ? `${error.name}: ${error.message}` : String(error);
  throw error;
}
