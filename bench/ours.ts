import { autoencoder, dense, gaussian, type Autoencoder, type Gpu, type Layer } from '../src/index.ts';
import { activationOf, type ModelWork } from './works.ts';

/** A work's model in this library, with weights of its own. */
export function modelOf(gpu: Gpu, work: ModelWork): Promise<Autoencoder> {
  const layers = work.sizes.slice(1).map((size, i): Layer => (work.variational && i + 1 === work.code ? gaussian(size) : dense(size, activationOf(work, i))));
  return autoencoder(gpu, { input: work.sizes[0], encoder: layers.slice(0, work.code), decoder: layers.slice(work.code), loss: 'bce' });
}
