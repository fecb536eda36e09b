import { autoencoder, dense, type Autoencoder, type AutoencoderSpec, type Matrix } from '../../src/index.ts';
import { sharedGpu } from './gpu.ts';

export { errorOf } from './error-of.ts';

/** A small autoencoder on probabilities: 12-5-12, or as wished. */
export async function smallModel(changes: Partial<AutoencoderSpec> = {}): Promise<Autoencoder> {
  return autoencoder(await sharedGpu(), {
    input: 12,
    encoder: [dense(5, 'relu')],
    decoder: [dense(12, 'sigmoid')],
    loss: 'bce',
    ...changes,
  });
}

/** All weights in one list, for comparing bits. */
export async function bits(model: { weights(): Promise<Record<string, Matrix>> }): Promise<number[]> {
  return Object.values(await model.weights()).flatMap(({ data }) => [
    ...new Uint32Array(data.buffer, data.byteOffset, data.length),
  ]);
}
