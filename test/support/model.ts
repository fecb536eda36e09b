import {
  autoencoder,
  dense,
  readSafetensors,
  type Autoencoder,
  type AutoencoderSpec,
  type Matrix,
} from '../../src/index.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';

export { errorOf } from './error-of.ts';

/** Makes a model on the shared device. It is freed when the test ends. */
export async function makeModel(spec: AutoencoderSpec): Promise<Autoencoder> {
  return forThisTest(await autoencoder(await sharedGpu(), spec));
}

/** A small autoencoder on probabilities: 12-5-12, or as wished. */
export function smallModel(changes: Partial<AutoencoderSpec> = {}): Promise<Autoencoder> {
  return makeModel({
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

/** The step at which a file was saved. */
export const stepOf = (file: Uint8Array): number =>
  (JSON.parse(readSafetensors(file).metadata.latentgpu) as { place: { step: number } }).place.step;
