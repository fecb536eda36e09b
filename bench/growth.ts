import { adam, autoencoder, dataset, dense, openGpu, type Gpu } from '../src/index.ts';

/** The times of an epoch when one size of the work grows and the others are fixed. */
export interface Growth {
  side: 'batch' | 'hidden layers' | 'images';
  held: string;
  sizes: number[];
  /** The milliseconds of an epoch for each size. */
  ms: number[];
}

const columns = 784;
const width = 128;
const doublings = [1, 2, 4, 8];

/** Times epochs of this library; each size is doubled three times. */
export async function measureGrowth(): Promise<Growth[]> {
  const gpu = await openGpu();
  const images = 1024;
  const growths: Growth[] = [
    { side: 'batch', held: `one step, one hidden layer of ${width}`, sizes: doublings.map((n) => 128 * n), ms: [] },
    {
      side: 'hidden layers',
      held: `${images} images in batches of 128, each layer of ${width}`,
      sizes: doublings,
      ms: [],
    },
    {
      side: 'images',
      held: `batches of 128, one hidden layer of ${width}`,
      sizes: doublings.map((n) => images * n),
      ms: [],
    },
  ];
  for (const { side, sizes, ms } of growths) {
    for (const size of sizes) {
      const [layers, batch, count] = {
        batch: [1, size, size],
        'hidden layers': [size, 128, images],
        images: [1, 128, size],
      }[side];
      ms.push(await epochMs(gpu, layers, batch, count));
    }
  }
  gpu.close();
  return growths;
}

/** Returns the milliseconds of the shortest of several epochs. */
async function epochMs(gpu: Gpu, layers: number, batchSize: number, images: number): Promise<number> {
  const hidden = Array.from({ length: layers }, () => dense(width, 'relu'));
  const model = await autoencoder(gpu, {
    input: columns,
    encoder: hidden,
    decoder: [dense(columns, 'sigmoid')],
    loss: 'bce',
  });
  const data = await dataset(
    gpu,
    Float32Array.from({ length: images * columns }, (_, i) => (i * 0.618) % 1),
    { shape: [columns] },
  );
  const times: number[] = [];
  let begun = 0;
  await model.fit(data, {
    epochs: 6,
    batchSize,
    optimizer: adam(),
    onEpochEnd: () => {
      times.push(performance.now() - begun);
      begun = performance.now();
    },
  });
  data.dispose();
  model.dispose();
  // The first time includes the preparation of the fit.
  return Math.min(...times.slice(1));
}
