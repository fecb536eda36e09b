/** The page of the main job: the command line opens it and calls `window.job`. `npm start -- --headed` shows it. */
import { dataset, LatentGpuError, openGpu, writeSafetensors, type Training } from '../src/index.ts';
import { testSet, trainImages } from './data.ts';
import { base64, pictureFile } from './files.ts';
import type { JobOptions, JobProgress, JobResult, JobSettings } from './job.ts';
import facts from './models.json';
import { models } from './models.ts';
import { light, wide } from './pictures/look.ts';

let training: Training | undefined;
let stopped = false;

window.job = {
  async run(options) {
    try {
      return { result: await run(options) };
    } catch (error) {
      const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
      show('state', message);
      return { failure: { message, stack, expected: error instanceof LatentGpuError } };
    }
  },
  stop() {
    stopped = true; // for a training that is only about to begin
    training?.stop();
  },
};

async function run(options: JobOptions): Promise<JobResult> {
  const entry = models[options.model];
  const gpu = await openGpu();
  const [train, test] = await Promise.all([trainImages(), testSet()]);
  const settings = resolve(options, train.count, test.count);
  const references = options.mnist ? entry.references : [];
  const features = train.pixels.length / train.count;
  const stepsPerEpoch = Math.ceil(settings.images / settings.batch);

  const model = await entry.build(gpu, features, settings.seed);
  const trainData = await dataset(gpu, train.pixels.subarray(0, settings.images * features), { shape: [features] });
  const testData = await dataset(gpu, test.pixels, { shape: [features] });
  show('title', entry.title);
  await window.jobStarted({ title: entry.title, settings });

  let latest: JobProgress | undefined;
  training = model.fit(trainData, {
    ...(settings.epochs ? { epochs: settings.epochs } : { steps: settings.steps }),
    batchSize: settings.batch,
    optimizer: entry.optimizer(),
    progressEveryMs: 250,
    onProgress: ({ examplesPerSecond, ...progress }) => {
      const imagesLeft = (progress.steps - progress.step) * settings.batch;
      latest = { ...progress, imagesPerSecond: examplesPerSecond, secondsLeft: imagesLeft / examplesPerSecond, epochEnded: false };
      report(latest);
    },
    onEpochEnd: ({ loss }) => {
      if (latest) report({ ...latest, loss, epochEnded: true });
    },
  });
  if (stopped) training.stop();
  const history = await training;
  await window.jobTrained();
  const testLosses = await model.evaluate(testData);
  show('state', `${history.steps} steps in ${history.seconds.toFixed(0)} s, test loss ${testLosses.loss.toFixed(4)}`);

  const trained = { model, history, stepsPerEpoch, test, testLosses, unit: entry.unit, references };
  const figures = await Promise.all(entry.figures.map((figure) => figure(trained)));
  for (const figure of figures) document.getElementById('pictures')?.append(figure.draw({ theme: light, width: wide, density: 2, titled: false }));

  const weights = writeSafetensors(await model.weights(), { model: options.model, seed: `${settings.seed}`, steps: `${history.steps}` });
  const result: JobResult = {
    title: entry.title,
    unit: entry.unit,
    settings,
    adapter: { ...gpu.info },
    summary: model.summary(),
    stopped: history.stopped,
    seconds: history.seconds,
    steps: history.steps,
    imagesSeen: imagesSeen(history.steps, stepsPerEpoch, settings),
    epochs: history.epochs,
    loss: history.loss,
    test: testLosses,
    references,
    pictures: await Promise.all(figures.map(pictureFile)),
    weights: await base64(new Blob([weights])),
  };
  model.dispose();
  gpu.close();
  return result;
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
  const { epoch, epochs, loss } = progress;
  show('state', `epoch ${epoch} of ${epochs}${loss === undefined ? '' : `, loss ${loss.toFixed(4)}`}`);
  void window.jobProgress(progress);
}

/** An epoch's last batch may be a small one. */
function imagesSeen(steps: number, stepsPerEpoch: number, { images, batch }: JobSettings): number {
  return Math.floor(steps / stepsPerEpoch) * images + (steps % stepsPerEpoch) * batch;
}

function show(id: 'title' | 'state', text: string): void {
  document.getElementById(id)!.textContent = text;
}
