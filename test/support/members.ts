import {
  adversarial,
  autoencoder,
  classifier,
  contractive,
  conv2d,
  dataset,
  dense,
  flatten,
  gan,
  gaussian,
  gaussianNoise,
  hideCells,
  jigsaw,
  minMax,
  reshape,
  table,
  type Autoencoder,
  type AutoencoderSpec,
  type Gpu,
  type TableAutoencoder,
} from '../../src/index.ts';
import { Draw } from './random.ts';
import { tableOf } from './tables.ts';

/** Something that holds memory of the device. */
interface Held {
  dispose(): void;
}

/** Makes something that is disposed of in the end. */
export type Own = <T extends Held>(made: Promise<T>) => Promise<T>;

const pixels = Uint8Array.from(new Draw(5).floats(64 * 60, 0, 255.99));

/** 60 images of 8 × 8 × 1, as bytes. */
export const images = (gpu: Gpu) =>
  dataset(gpu, pixels, { shape: [8, 8, 1], labels: Array.from({ length: 60 }, (_, i) => i % 3) });

const dense64 = {
  input: 64,
  encoder: [dense(6, 'relu')],
  decoder: [dense(64, 'sigmoid')],
  loss: 'bce',
} satisfies AutoencoderSpec;

export const specs = {
  simple: dense64,
  denoising: { ...dense64, corrupt: gaussianNoise(0.3), normalize: minMax() },
  contractive: { ...dense64, encoder: [dense(6, 'sigmoid')], tied: true, penalty: contractive(1e-3) },
  variational: { ...dense64, encoder: [dense(10, 'tanh'), gaussian(2)] },
  convolutional: {
    input: [8, 8, 1],
    encoder: [conv2d(4, 3, 'relu', { stride: 2, padding: 'same' }), flatten(), dense(5)],
    decoder: [dense(64, 'sigmoid'), reshape([8, 8, 1])],
    loss: 'bce',
  },
  adversarial: { ...dense64, encoder: [dense(10, 'tanh'), dense(2)], penalty: adversarial([dense(8, 'leakyRelu')]) },
} satisfies Record<string, AutoencoderSpec>;

const short = { epochs: 2, batchSize: 16, validation: 0.25, restoreBest: true };

/** What users do with a model, from its making to its file, one member of the family each. What it returns has to come out the same each time. */
export const members: Record<string, (gpu: Gpu, own: Own) => Promise<unknown>> = {
  ...Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      async (gpu: Gpu, own: Own) => {
        const set = await own(images(gpu));
        const model = await own<Autoencoder>(autoencoder(gpu, { ...spec, seed: 3 }));
        const { loss } = await model.fit(set, short);
        const codes = await model.encode(set);
        const again = await model.reconstruct(set);
        const measured = await model.evaluate(set);
        return { loss, codes, again, measured, file: await model.save() };
      },
    ]),
  ),
  table: async (gpu, own) => {
    const data = await tableOf(60);
    const set = await own(table(gpu, data));
    const model = await own<TableAutoencoder>(
      autoencoder(gpu, {
        input: data.columns,
        encoder: [dense(6, 'tanh'), dense(2)],
        decoder: [dense(6, 'tanh')],
        corrupt: hideCells(0.2),
        seed: 3,
      }),
    );
    const { loss } = await model.fit(set, short);
    const errors = await model.errors(data, { hidden: true });
    return { loss, errors, filled: (await model.impute(set)).toCsv(), file: await model.save() };
  },
  gan: async (gpu, own) => {
    const set = await own(images(gpu));
    const model = await own(
      gan(gpu, {
        code: 3,
        generator: [dense(12, 'relu'), dense(64, 'sigmoid'), reshape([8, 8, 1])],
        discriminator: [conv2d(4, 3, 'leakyRelu', { stride: 2 }), flatten()],
        seed: 3,
      }),
    );
    const { loss } = await model.fit(set, { epochs: 2, batchSize: 16, validation: 0.25 });
    const made = await model.sample(5, { seed: 1 });
    return { loss, made, scores: await model.score(set), file: await model.save() };
  },
  stacked: async (gpu, own) => {
    const set = await own(images(gpu));
    const model = await own(
      autoencoder(gpu, {
        ...dense64,
        encoder: [dense(12, 'relu'), dense(4)],
        decoder: [dense(12, 'relu'), dense(64, 'sigmoid')],
      }),
    );
    await model.pretrain(set, { epochs: 1, batchSize: 16 });
    const { loss } = await model.fit(set, { steps: 5, batchSize: 16 });
    return { loss, errors: await model.errors(set) };
  },
  classifier: async (gpu, own) => {
    const set = await own(images(gpu));
    const model = await own(autoencoder(gpu, specs.simple));
    const probe = await own(classifier(gpu, { encoder: model.encoder, classes: 3, freeze: true }));
    const { loss } = await probe.fit(set, set.labels!, short);
    return { loss, measured: await probe.evaluate(set, set.labels!), file: await probe.save() };
  },
  jigsaw: async (gpu, own) => {
    const set = await own(images(gpu));
    const model = await own(
      jigsaw(gpu, { input: [8, 8, 1], tiles: 2, permutations: 6, encoder: [flatten(), dense(4, 'relu')], head: [] }),
    );
    const { loss } = await model.fit(set, short);
    return { loss, solution: await model.solve(set), file: await model.save() };
  },
};

/** Does it, and frees what it has made, however it ends. */
export async function run(member: (gpu: Gpu, own: Own) => Promise<unknown>, gpu: Gpu): Promise<unknown> {
  const made: Held[] = [];
  const own: Own = async (making) => {
    const thing = await making;
    made.push(thing);
    return thing;
  };
  try {
    return await member(gpu, own);
  } finally {
    for (const each of made.reverse()) each.dispose();
  }
}
