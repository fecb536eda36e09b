import { dataset, openGpu, type Dataset, type FitOptions, type Gpu } from '../../src/index.ts';
import { pca, type Pca } from '../analysis/pca.ts';
import { testSet, trainSet, type LabelledSet } from '../data.ts';
import { reporting, type Reports } from '../progress.ts';
import type { Figures, RowResult, Settings } from './protocol.ts';

/** What decides how much is done. */
export interface Machine {
  /** WebGPU runs on the processor: what takes hours there is cut short, and the row says so. */
  software: boolean;
  /** As little of everything as runs through. */
  quick: boolean;
  /** How long a model that goes by the clock is trained, if asked for. */
  minutes?: number;
}

export interface ExampleSet extends LabelledSet {
  /** The images on the device. */
  data: Dataset;
}

/** The first `count` of a set. */
async function onDevice(
  gpu: Gpu,
  { pixels, labels, shape, count: all }: LabelledSet,
  count: number,
): Promise<ExampleSet> {
  const own = pixels.subarray(0, (pixels.length / all) * count);
  const classes = labels.subarray(0, count);
  return {
    pixels: own,
    labels: classes,
    shape,
    count,
    data: await dataset(gpu, own, { shape: [own.length / count], labels: classes }),
  };
}

/** How a row trains. */
export interface Fitting extends Pick<FitOptions, 'epochs' | 'steps' | 'optimizer' | 'shuffle' | 'patience'> {
  batchSize: number;
  validation?: number;
}

interface Trainable<Data, History> {
  fit(data: Data, options: Fitting & Reports): Promise<History>;
}

/** What a row works with. */
export interface Work {
  gpu: Gpu;
  machine: Machine;
  train: ExampleSet;
  test: ExampleSet;
  /** Of the training images: some seconds when they are first asked for. */
  components(): Pca;
  /** One line to the command line: what is done next, where it is no training. */
  say(line: string): Promise<void>;
  /** Runs a training whose progress the command line shows. */
  watch<T>(title: string, batch: number, train: (reports: Reports) => Promise<T>): Promise<T>;
  /** Trains a model in this way. */
  fit<Data, History>(title: string, model: Trainable<Data, History>, data: Data, options: Fitting): Promise<History>;
}

interface AnyRow {
  /** Works on data of its own, not on MNIST's images. */
  readonly ownData?: boolean;
}

/** One section of the page: trained in one go, kept or done again as a whole. */
export interface Row extends AnyRow {
  settings(machine: Machine): Settings;
  run(work: Work): Promise<RowResult>;
}

/** One that takes hours without a GPU: each of its parts, which rows.json names, is kept or done again by itself. */
export interface PartedRow extends AnyRow {
  settings(machine: Machine): Settings;
  measure(work: Work, part: string): Promise<Figures>;
  conclude(machine: Machine, parts: Record<string, Figures>): RowResult;
}

export function row<S extends Settings>(
  settings: (machine: Machine) => S,
  run: (work: Work, settings: S) => Promise<RowResult>,
): Row {
  return { settings, run: (work) => run(work, settings(work.machine)) };
}

export function partedRow<S extends Settings>(
  settings: (machine: Machine) => S,
  measure: (work: Work, settings: S, part: string) => Promise<Figures>,
  conclude: (parts: Record<string, Figures>, settings: S) => RowResult,
  about: AnyRow = {},
): PartedRow {
  return {
    ...about,
    settings,
    measure: (work, part) => measure(work, settings(work.machine), part),
    conclude: (machine, parts) => conclude(parts, settings(machine)),
  };
}

/**
 * Opens the GPU and puts MNIST on it.
 * @param few how many images a quick machine takes of each set
 */
export async function openWork(asked: Omit<Machine, 'software'>, few: { train: number; test: number }): Promise<Work> {
  const gpu = await openGpu();
  const machine = { ...asked, software: gpu.info.isFallback };
  const [allTrain, allTest] = await Promise.all([trainSet(), testSet()]);
  const train = await onDevice(gpu, allTrain, asked.quick ? few.train : allTrain.count);
  const test = await onDevice(gpu, allTest, asked.quick ? few.test : allTest.count);
  let components: Pca | undefined;
  const watch: Work['watch'] = async (title, batch, training) => {
    await window.trainingBegins(title);
    try {
      return await training(reporting(batch, (progress) => void window.trainingProgress(progress)));
    } finally {
      await window.trainingEnds();
    }
  };
  return {
    gpu,
    machine,
    train,
    test,
    components: () => (components ??= pca(train.pixels, 784)),
    say: (line) => window.say(line),
    watch,
    fit: (title, model, data, options) =>
      watch(title, options.batchSize, (reports) => model.fit(data, { ...options, ...reports })),
  };
}

/** Epochs as one asks for, or one. */
export const shortened = ({ quick }: Machine, epochs: number): number => (quick ? 1 : epochs);

/** As many epochs as the original has, or, on the processor, as there is time for. */
export const epochsInTime = (machine: Machine, full: number, onProcessor: number): number =>
  shortened(machine, machine.software ? onProcessor : full);
