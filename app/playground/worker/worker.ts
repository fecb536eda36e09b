/** The worker: the GPU, the data and the model live here, so that the page only draws. */
import { GpuUnavailableError, loadAutoencoder, openGpu, readSafetensors, sgd, type Gpu } from '../../../src/index.ts';
import { inflated } from '../inflate.ts';
import { whyNot } from '../normalizing.ts';
import { normalizingOf, partsOf } from '../parts.ts';
import type { Answer, Ask, FromWorker, Opened, OpenRequest, RequestName, ToWorker, Trouble } from '../protocol.ts';
import { needsNewModel, type Settings } from '../settings.ts';
import { build } from './build.ts';
import { beyondUnit, fetchDigits, figuresOf, ownCollection, rowsOf, type Collection } from './examples.ts';
import { Run, type Listener } from './run.ts';
import { forget, store, stored, type Saved } from './storage.ts';
import { Studio } from './studio.ts';
import { yardsticks } from './yardsticks.ts';

/** Where a training goes on. */
type Begun = Omit<Saved, 'settings' | 'own'>;

/** What is trained at the moment. */
interface Open {
  settings: Settings;
  studio: Studio;
  run: Run;
}

let gpu: Gpu | undefined;
let digits: Collection | undefined;
let own: Collection | undefined;
let open: Open | undefined;
let opening: Promise<unknown> = Promise.resolve();

const say = (message: FromWorker): void => postMessage(message);

/** What a request does. Those that ask for nothing are handed nothing. */
const handlers: { [K in RequestName]: (ask: Ask<K>) => Promise<Answer<K>> | Answer<K> } = {
  open(request) {
    // One after the other: each frees what the one before has made.
    const mine = opening.then(() => openModel(request));
    opening = mine.catch(() => undefined);
    return mine;
  },
  play: () => {
    current().run.play();
    return current().run.progress;
  },
  async pause() {
    await current().run.pause();
    return current().run.progress;
  },
  async step() {
    await current().run.step();
    return current().run.progress;
  },
  async adjust(settings) {
    current().settings = settings;
    await current().run.adjust(settings);
    return current().run.progress;
  },
  pace: (pace) => current().run.slow(pace === 'slow'),
  look: () => current().studio.look(),
  async judge() {
    const { studio, run } = current();
    const verdict = await studio.judge(run.progress.epochs);
    run.addHeldOut({ at: verdict.at, ...verdict.losses });
    return verdict;
  },
  yardsticks() {
    const { studio, settings } = current();
    const { collection, model } = studio;
    return yardsticks(collection, {
      codeSize: model.codeSize,
      without: settings.without,
      entropy: settings.loss === 'bce' && normalizingOf(settings, collection.kind) === 'none',
    });
  },
  decode: (place) => current().studio.decode(place),
  decodeCodes: (codes) => current().studio.decodeCodes(codes),
  encode: (values) => current().studio.encode(values),
  walk: ({ from, to, count }) => current().studio.walk(from, to, count),
  codeAt: (place) => current().studio.map.codeAt(place),
  rows: (rows) => rowsOf(current().studio.collection, rows),
  async scores() {
    const { studio, run } = current();
    const { steps } = run.progress;
    return { scores: await studio.scores(), steps };
  },
  blame: (rows) => current().studio.blame(rows),
  table: () => current().studio.collection.table,
  file(kind) {
    const { model } = current().studio;
    return kind === 'onnx' ? model.toOnnx() : model.save({ optimizer: false });
  },
  save,
  forget: () => forget('run'),
};

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => void serve(data));

async function serve({ id, name, ask }: ToWorker): Promise<void> {
  try {
    const handler = handlers[name] as (ask: unknown) => unknown;
    say({ kind: 'answer', id, answer: await handler(ask) });
  } catch (error) {
    say({ kind: 'failure', id, trouble: troubleOf(error) });
  }
}

function current(): Open {
  if (!open) throw new Error('no model is open');
  return open;
}

async function openModel(request: OpenRequest): Promise<Opened> {
  const { settings } = request;
  await open?.run.pause();
  open?.studio.dispose();
  open = undefined;
  gpu ??= await freshGpu();
  const collection = await collectionFor(request);
  // The page asks the same before it comes so far; a link may be of other data.
  const beyond = beyondUnit(collection);
  const unfit = whyNot(settings, beyond);
  if (unfit) throw new Error(unfit);
  const parts = partsOf(settings, collection);
  const saved = request.resume ? await stored('run').catch(() => undefined) : undefined;
  const resumed = saved && saved.own === collection.id && !needsNewModel(saved.settings, settings) ? saved : undefined;
  const begun = resumed ?? (request.bundled === undefined ? undefined : await bundled(request.bundled));
  const model = begun ? await loadAutoencoder(gpu, begun.model) : await build(gpu, parts);
  const studio = await Studio.make(gpu, model, collection, settings.without);
  studio.corrupts = settings.corruption !== 'none';
  // Until it has been fitted, a normalisation lets nothing through; a step that learns nothing fits it.
  if (parts.normalize && !begun) await model.fit(studio.training, { steps: 1, batchSize: 1, optimizer: sgd(0) });
  const run = new Run(gpu, model, studio.training, settings, listener, begun);
  open = { settings, studio, run };
  return opened(open, resumed ? 'saved' : begun ? 'bundled' : 'new', beyond);
}

const listener: Listener = {
  progress: (progress, news) => say({ kind: 'progress', progress, news }),
  trouble: (error) => say({ kind: 'trouble', trouble: troubleOf(error) }),
};

function opened({ studio, run, settings }: Open, begun: Opened['origin'], beyond: string | undefined): Opened {
  const { model, collection, shownRows } = studio;
  const { name, kind, shape, count, trained, labels, classes = [], columns, origin } = collection;
  // A discriminator is no part of the hourglass.
  const layers = [...model.encoder.describe(), ...model.decoder.describe()];
  const normalizing = normalizingOf(settings, kind);
  const figures = kind === 'table' || normalizing !== 'none' ? figuresOf(collection, settings.without) : undefined;
  const { vendor, architecture, description, isFallback } = gpu!.info;
  return {
    origin: begun,
    adapter: {
      name: [vendor, architecture, description].filter(Boolean).join(' ') || 'not named by the browser',
      software: isFallback || /swiftshader|llvmpipe/i.test(architecture + description),
    },
    data: { name, kind, shape, count, trained, labels, classes, columns, origin, beyond, figures },
    shown: { rows: shownRows, values: rowsOf(collection, shownRows) },
    widths: [
      collection.features,
      ...layers.map(({ outputShape }) => outputShape.reduce((product, n) => product * n, 1)),
    ],
    parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0),
    codeSize: model.codeSize,
    normalizing,
    history: run.history,
    progress: run.progress,
  };
}

async function collectionFor({ settings, digits: folder, own: given }: OpenRequest): Promise<Collection> {
  if (given) {
    const named = { ...given, id: crypto.randomUUID() };
    own = ownCollection(named);
    // A browser may refuse to keep much: then a reload begins without the examples, which is said there, and not with those of before.
    await store('own', named).catch(() => forget('own'));
  }
  if (settings.data === 'digits') return (digits ??= await fetchDigits(folder));
  const kept = own ? undefined : await stored('own').catch(() => undefined);
  if (kept) own = ownCollection(kept);
  if (!own)
    throw new Error(
      'This link is about data of your own, which are not in it: they never leave the machine they were opened on. Open the file again.',
    );
  return own;
}

async function freshGpu(): Promise<Gpu> {
  const opened = await openGpu();
  // The next model begins on a device of its own.
  void opened.lost.then(() => (gpu = gpu === opened ? undefined : gpu));
  return opened;
}

async function bundled(address: string): Promise<Begun> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  const model = await inflated(new Uint8Array(await response.arrayBuffer()));
  const { metadata } = readSafetensors(model);
  return {
    model,
    history: JSON.parse(metadata.history ?? 'null') as Begun['history'],
    steps: Number(metadata.steps),
    epochs: Number(metadata.epochs),
  };
}

async function save(): Promise<void> {
  const { run, studio, settings } = current();
  const { steps, epochs } = run.progress;
  await store('run', {
    settings,
    own: studio.collection.id,
    model: await studio.model.save(),
    history: run.history,
    steps,
    epochs,
  });
}

function troubleOf(error: unknown): Trouble {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name: error instanceof GpuUnavailableError ? 'GpuUnavailableError' : name, message };
}
