/** The page of the main job: the command line opens it and calls `window.job`. `npm start -- --headed` shows it. */
import { dataset, openGpu, writeSafetensors, type Autoencoder } from '../src/index.ts';
import { Album } from './album.ts';
import { pca } from './analysis/pca.ts';
import { testSet, trainImages, trainSet, type ImageSet, type LabelledSet } from './data.ts';
import { base64, pictureFile } from './files.ts';
import type { JobOptions, JobProgress, JobResult, JobSettings, SideTraining } from './job.ts';
import facts from './models.json';
import { models } from './models.ts';
import type { Build, Model } from './models/entry.ts';
import { outcomeOf } from './outcome.ts';
import { light, wide } from './pictures/look.ts';
import type { LossStage } from './pictures/lossCurve.ts';
import type { AnySubject, JobHistory } from './subject.ts';
import { planned, Trainings } from './trainings.ts';

const stopping = new AbortController();

window.job = {
  async run(options) {
    const outcome = await outcomeOf(() => {
      const { model } = options;
      if (model === 'gan') return run(models.gan, options);
      return model === 'jigsaw' ? run(models.jigsaw, options) : run(models[model], options);
    });
    if ('failure' in outcome) show('state', outcome.failure.message);
    return outcome;
  },
  stop: () => stopping.abort(),
};

async function run<M extends AnySubject>(entry: Model<M>, options: JobOptions): Promise<JobResult> {
  const gpu = await openGpu();
  const labelled = 'labels' in facts[options.model];
  const [all, test] = await Promise.all([labelled ? trainSet() : trainImages(), testSet()]);
  const settings = resolve(options, all.count, test.count);
  const features = all.pixels.length / all.count;
  const train = { ...all, count: settings.images, pixels: all.pixels.subarray(0, settings.images * features) };
  const stepsPerEpoch = Math.ceil(settings.images / settings.batch);

  const build = (make: Build<M>) => make(gpu, train.shape, settings.seed);
  const model = await build(entry.build);
  const rivals = await Promise.all(
    (entry.rivals ?? []).map(async (rival) => ({ name: rival.name, model: await build(rival.build) })),
  );
  const trainData = await dataset(gpu, train.pixels, { shape: [features], labels: labelsOf(train) });
  const testData = await dataset(gpu, test.pixels, { shape: [features], labels: test.labels });

  const stacked = entry.pretrained ? (model as Autoencoder) : undefined;
  const layers = stacked ? stacked.encoder.describe().length : 0;
  const plan = planned(model, layers, rivals);
  const trainings = new Trainings(plan, settings, stopping.signal, report);
  show('title', entry.title);
  await window.jobStarted({ title: entry.title, trainings: plan.map(({ name }) => name), settings });

  const optimizer = entry.optimizer(settings.steps);
  const pretraining = stacked ? await trainings.pretrain(stacked, trainData, optimizer, layers) : [];
  const album = entry.sampled && 'sample' in model ? new Album(model, stepsPerEpoch) : undefined;
  await album?.take(0);
  const history = await trainings.fit(model, trainData, optimizer, async (epoch) => album?.epochEnded(epoch));
  if (history.steps) await album?.end(history.steps);
  const compared = [];
  for (const rival of rivals)
    compared.push({ ...rival, history: await trainings.fit(rival.model, trainData, optimizer) });
  const { stopped } = trainings;
  await window.jobTrained();

  const testLosses = await model.evaluate(testData);
  show('state', `${history.steps} steps in ${history.seconds.toFixed(0)} s, test loss ${testLosses.loss.toFixed(4)}`);
  const before = pretraining.map((each, i) => sideTraining(plan[i].name, each));
  const trained = {
    name: options.model,
    model,
    stages: [...before, sideTraining(plan[layers].name, history)].filter(({ steps }) => steps > 0).map(stage),
    stepsPerEpoch,
    epochs: history.epochs,
    snapshots: album?.snapshots ?? [],
    train,
    test,
    testLosses,
    unit: entry.unit,
    rivals: compared
      .filter(({ history }) => history.steps > 0)
      .map(({ name, model, history: { steps } }) => ({
        name: steps < settings.steps ? `${name}, cut short` : name,
        model,
      })),
    components: once(() => pca(train.pixels, features)),
  };
  const references = [
    ...(options.mnist ? entry.references : []),
    ...(entry.yardstick ? [entry.yardstick(trained)] : []),
  ];
  const figures = [];
  for (const figure of entry.figures) figures.push(await figure({ ...trained, references }));
  for (const figure of figures)
    document.getElementById('pictures')?.append(figure.draw({ theme: light, width: wide, density: 2, titled: false }));

  const weights = writeSafetensors(await model.weights(), {
    model: options.model,
    seed: `${settings.seed}`,
    steps: `${history.steps}`,
  });
  const result: JobResult = {
    title: entry.title,
    unit: entry.unit,
    settings,
    adapter: { ...gpu.info },
    summary: model.summary(),
    stopped,
    seconds: history.seconds,
    steps: history.steps,
    imagesSeen: imagesSeen(history.steps, stepsPerEpoch, settings),
    epochs: history.epochs,
    loss: history.loss,
    test: testLosses,
    references,
    numbers: figures.flatMap(({ numbers }) => numbers ?? []),
    pretraining: before,
    rivals: await Promise.all(
      compared.map(async ({ name, model, history }) => ({
        ...sideTraining(name, history),
        test: await model.evaluate(testData),
      })),
    ),
    pictures: await Promise.all(figures.map(pictureFile)),
    weights: await base64(new Blob([weights])),
  };
  gpu.close();
  return result;
}

/** Those of the images that are used, where the model is told any. */
const labelsOf = (set: ImageSet | LabelledSet): Uint8Array | undefined =>
  'labels' in set ? set.labels.subarray(0, set.count) : undefined;

function sideTraining(name: string, { seconds, steps, epochs, loss }: JobHistory): SideTraining {
  return { name, seconds, steps, epochs, loss };
}

function stage({ name, epochs, loss }: SideTraining): LossStage {
  return { name, steps: loss, epochs: epochs.map((epoch) => epoch.loss) };
}

/** Computes it when it is first asked for. */
function once<T>(compute: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= compute());
}

function resolve(options: JobOptions, trainCount: number, testCount: number): JobSettings {
  const { model, seed, images = trainCount } = options;
  // A default must not ask for more than there is; a batch that was asked for may, and the library says so.
  const batch = options.batch ?? Math.min(facts[model].batch, images);
  const epochs = options.steps === undefined ? (options.epochs ?? facts[model].epochs) : undefined;
  const steps = options.steps ?? epochs! * Math.ceil(images / batch);
  return { model, seed, images, testImages: testCount, batch, epochs, steps };
}

function report(progress: JobProgress): void {
  const { training, epoch, epochs, loss } = progress;
  show(
    'state',
    `${training ? `${training}: ` : ''}epoch ${epoch} of ${epochs}${loss === undefined ? '' : `, loss ${loss.toFixed(4)}`}`,
  );
  void window.jobProgress(progress);
}

/** An epoch's last batch may be a small one. */
function imagesSeen(steps: number, stepsPerEpoch: number, { images, batch }: JobSettings): number {
  return Math.floor(steps / stepsPerEpoch) * images + (steps % stepsPerEpoch) * batch;
}

function show(id: 'title' | 'state', text: string): void {
  document.getElementById(id)!.textContent = text;
}
