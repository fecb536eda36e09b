import { asDataset } from '../../data/as-dataset.ts';
import { DataError } from '../../errors.ts';
import type { Parameters } from '../../runtime/parameters.ts';
import { dcganAdam, discriminated, judged } from '../parts/adversarial.ts';
import type { Layout } from '../parts/layout.ts';
import type { Network } from '../parts/network.ts';
import type { Prior } from '../parts/priors.ts';
import type { Pass } from './pass.ts';
import type { Batch, ModelOwner, Phase, Trainable } from './trainable.ts';

/** The losses of both sides, in nats. */
export interface GanLosses {
  /** The number that training minimises: the generator's loss. */
  loss: number;
  /** The generator's loss, mean log(1 + e^−D(G(z))); log 2 where the discriminator cannot tell. */
  generator: number;
  /** The discriminator's loss, ½ (mean log(1 + e^−D(x)) + mean log(1 + e^D(G(z)))); log 2 where it cannot tell. */
  discriminator: number;
}

/** Both sides, and the distribution of codes. */
export interface Sides {
  readonly generator: Network;
  readonly discriminator: Network;
  readonly prior: Prior;
}

/** Returns a GAN as `fit` takes it. The owner has the generator's parameters; the discriminator's are separate. */
export function ganTrainable(
  { generator, discriminator, prior }: Sides,
  owner: ModelOwner,
  discriminating: Parameters<Layout>,
  seed: number,
): Trainable<GanLosses> {
  const make = (pass: Pass, { x }: Batch) =>
    generator.record(pass, prior.record(pass, [x.rows, ...generator.inputShape]));
  const generated: Phase['record'] = (pass, batch) =>
    judged('generator', pass, discriminator, [make(pass, batch)], 'real', 1);
  const judging: Phase['record'] = (pass, batch) =>
    discriminated(pass, discriminator, [batch.x], [pass.tape.constant(() => make(pass, batch))]);
  return {
    owner,
    place: owner.place,
    seed,
    phases: [
      { name: 'discriminator', trains: discriminating, initial: dcganAdam(), record: judging },
      { name: 'generator', trains: owner.parameters, record: generated },
    ],
    async put(where, data) {
      const given = await asDataset(where, owner.gpu, data, generator.outputShape, owner.place.trainedOn);
      if (!given.set.storage.weights) return given;
      given.release();
      throw new DataError(`${where}: a GAN takes no weights of examples: give a data set without them`);
    },
  };
}
