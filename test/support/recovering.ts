import {
  autoencoder,
  dataset,
  dense,
  gaussian,
  minMax,
  openGpu,
  type AutoencoderSpec,
  type DataSource,
  type FitOptions,
  type Gpu,
} from '../../src/index.ts';
import { images } from './members.ts';
import { bits } from './model.ts';

export const spec = {
  input: 64,
  encoder: [dense(8, 'relu'), gaussian(2)],
  decoder: [dense(64, 'sigmoid')],
  loss: 'bce',
  normalize: minMax(),
  seed: 4,
} satisfies AutoencoderSpec;

export const fit: FitOptions = { epochs: 6, batchSize: 16, validation: 0.25, restoreBest: true };

/** The fit's outcome on a Gpu, which is left open. */
export async function train(gpu: Gpu, options: FitOptions, source?: DataSource | (() => DataSource)) {
  const set = source ? await dataset(gpu, source, { shape: [64] }) : await images(gpu);
  const model = await autoencoder(gpu, spec);
  const { epochs, loss, validation, bestEpoch, steps, stopped } = await model.fit(set, options);
  return {
    model,
    set,
    outcome: {
      epochs,
      loss,
      validation,
      bestEpoch,
      steps,
      stopped,
      bits: await bits(model),
      codes: await model.encode(set),
    },
  };
}

/** On a Gpu of its own, closed afterwards. */
export async function onItsOwn<T>(work: (gpu: Gpu) => Promise<T>): Promise<T> {
  const gpu = await openGpu({ tuning: 'fixed' });
  try {
    return await work(gpu);
  } finally {
    gpu.close();
  }
}

export const undisturbed = () => onItsOwn(async (gpu) => (await train(gpu, fit)).outcome);

/** Destroys the device in use. */
export const lose = (gpu: Gpu) => gpu.device.destroy();
