/**
 * The page of `npm run bench -- --tasks`, which uses a model in separate steps. The command line calls `window.tasks`
 * and traces the main thread.
 */
import { adam, dataset, openGpu, type Autoencoder, type Dataset, type Gpu } from '../src/index.ts';
import { featuresOf, models, type ModelWork } from './models.ts';
import { modelOf } from './ours.ts';

/** The number of examples, as many as MNIST has. */
const examples = 60_000;
/** The memory on the device for streamed examples. */
const deviceBytes = 2 ** 25;

let work: ModelWork;
let bytes: Uint8Array;
let floats: Float32Array;
let gpu: Gpu;
let model: Autoencoder;
let set: Dataset;

/** Runs a fit of `ms` milliseconds, as a page would. */
async function fit(data: Dataset, ms: number): Promise<void> {
  const training = model.fit(data, {
    epochs: 1e6,
    batchSize: work.batch,
    optimizer: adam(),
    frameBudgetMs: 12,
    progressEveryMs: 200,
    onProgress: () => {},
  });
  setTimeout(() => training.stop(), ms);
  await training;
}

const tasks = {
  works: (): string[] => models.map(({ name }) => name),

  /** Makes the examples, whose time does not count. */
  prepare(name: string): void {
    work = models.find((each) => each.name === name)!;
    const values = examples * featuresOf(work);
    bytes = Uint8Array.from({ length: values }, (_, i) => (i * 40_503) % 256);
    floats = Float32Array.from(bytes.subarray(0, values / 2), (value) => value / 255);
  },

  async open(): Promise<string> {
    gpu = await openGpu();
    model = await modelOf(gpu, work);
    const { vendor, architecture, description } = gpu.info;
    return [vendor, architecture, description].filter(Boolean).join(' ');
  },

  /** Uploads all examples as bytes, and half of them as floats. */
  async data(): Promise<void> {
    set = await dataset(gpu, bytes, { shape: work.input });
    (await dataset(gpu, floats, { shape: work.input })).dispose();
  },

  /** Runs the first fit on a fresh page, with the tuner's measurements. */
  cold: (ms: number): Promise<void> => fit(set, ms),

  warm: (ms: number): Promise<void> => fit(set, ms),

  async streamed(ms: number): Promise<void> {
    set.dispose();
    await fit(await dataset(gpu, bytes, { shape: work.input, deviceBytes }), ms);
  },
};

export type Tasks = typeof tasks;

declare global {
  var tasks: Tasks;
}

globalThis.tasks = tasks;
