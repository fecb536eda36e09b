/** The worker: the GPU, the data and the model live here, so that the page only draws. */
import { GpuUnavailableError, openGpu, readSafetensors, type Gpu } from '../../../src/index.ts';
import { adapterOf } from '../adapter.ts';
import { inflated } from '../inflate.ts';
import { fromHash, toHash } from '../link.ts';
import { whyNot } from '../normalizing.ts';
import { numbersOf, samplingOf } from '../parts.ts';
import type { Answer, Ask, FromWorker, Opened, OpenRequest, RequestName, ToWorker, Trouble } from '../protocol.ts';
import { defaults, needsNewModel, type Settings } from '../settings.ts';
import { fetchDigits, figuresOf, ownCollection, rowsOf, type Collection } from './examples.ts';
import { GanStudio } from './ganStudio.ts';
import { Run, type Listener } from './run.ts';
import { forget, store, stored, type Saved } from './storage.ts';
import { Studio } from './studio.ts';
import type { Subject } from './subject.ts';
import { yardsticks } from './yardsticks.ts';

/** The state from which a training continues. */
type Begun = Omit<Saved, 'settings' | 'own'>;

/** The open model with its run. */
interface Open {
  settings: Settings;
  subject: Subject;
  run: Run;
}

/** The functions that open a model of each kind with its data. */
const openers: Record<Settings['model'], (...of: Parameters<typeof Studio.open>) => Promise<Subject>> = {
  autoencoder: (...of) => Studio.open(...of),
  gan: (...of) => GanStudio.open(...of),
};

let gpu: Gpu | undefined;
let digits: Collection | undefined;
let own: Collection | undefined;
let open: Open | undefined;
let opening: Promise<unknown> = Promise.resolve();

const say = (message: FromWorker): void => postMessage(message);

/** The handlers of the requests. */
const handlers: { [K in RequestName]: (ask: Ask<K>) => Promise<Answer<K>> | Answer<K> } = {
  open(request) {
    // Models are opened one after the other, since each frees the one before.
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
  look: () => studio().look(),
  samples(label) {
    const { subject, run, settings } = current();
    // Training must not change the codes between counting and sampling.
    return samplingOf(settings) === 'codes' ? run.atRest(() => subject.samples(label)) : subject.samples(label);
  },
  tell: (label) => {
    studio().label = label;
  },
  codebook: () => studio().codebook(),
  dictionary: (ask) => studio().dictionary(ask),
  async judge() {
    const { subject, run } = current();
    const verdict = await subject.judge(run.progress.epochs);
    run.addHeldOut({ at: verdict.at, ...verdict.losses });
    return verdict;
  },
  yardsticks() {
    const { settings } = current();
    return yardsticks(studio().collection, {
      codeSize: numbersOf(settings),
      without: settings.without,
      entropy: settings.loss === 'bce' && settings.normalize === 'none',
    });
  },
  decode: (place) => studio().decode(place),
  decodeCodes: (codes) => studio().decodeCodes(codes),
  encode: (values) => studio().encode(values),
  walk: ({ from, to, count }) => studio().walk(from, to, count),
  codeAt: (place) => studio().map.codeAt(place),
  rows: (rows) => rowsOf(current().subject.collection, rows),
  async scores() {
    const { steps } = current().run.progress;
    return { scores: await studio().scores(), steps };
  },
  file: (kind) => current().subject.file(kind),
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

/** Returns the open autoencoder, for requests that need codes of examples or reconstructions. */
function studio(): Studio {
  const { subject } = current();
  if (!(subject instanceof Studio)) throw new Error('the model that is open has no encoder');
  return subject;
}

async function openModel(request: OpenRequest): Promise<Opened> {
  const { settings } = request;
  await open?.run.pause();
  open?.subject.dispose();
  open = undefined;
  gpu ??= await freshGpu();
  const collection = await collectionFor(request);
  // The page checks the first model of a link, not those beside it.
  const unfit = whyNot(settings);
  if (unfit) throw new Error(unfit);
  const saved = request.resume ? await stored('run').catch(() => undefined) : undefined;
  const resumed =
    saved && saved.own === collection.id && !needsNewModel(asNow(saved.settings), settings) ? saved : undefined;
  const begun = resumed ?? (request.bundled === undefined ? undefined : await bundled(request.bundled));
  const subject = await openers[settings.model](gpu, collection, settings, begun?.model);
  const run = new Run(gpu, subject, settings, listener, begun);
  open = { settings, subject, run };
  return opened(open, resumed ? 'saved' : begun ? 'bundled' : 'new');
}

/** Returns settings that an earlier version of the page may have saved as a link with them is read now. */
const asNow = (saved: Settings): Settings => fromHash(toHash({ ...defaults, ...saved })).settings;

const listener: Listener = {
  progress: (progress, news) => say({ kind: 'progress', progress, news }),
  trouble: (error) => say({ kind: 'trouble', trouble: troubleOf(error) }),
};

function opened({ subject, run, settings }: Open, begun: Opened['origin']): Opened {
  const { collection } = subject;
  const { name, shape, count, trained, labels, classes = [], names } = collection;
  const outline = subject.outline(settings);
  const figures = outline.normalizing === 'none' ? undefined : figuresOf(collection, settings.without);
  return {
    origin: begun,
    adapter: adapterOf(gpu!),
    data: { name, shape, count, trained, labels, classes, names, figures },
    ...outline,
    history: run.history,
    progress: run.progress,
  };
}

async function collectionFor({ settings, digits: folder, own: given }: OpenRequest): Promise<Collection> {
  if (given) {
    const named = { ...given, id: crypto.randomUUID() };
    own = ownCollection(named);
    // A browser may refuse to store so much. Then a reload begins without the examples and says so, instead of using
    // earlier ones.
    await store('own', named).catch(() => forget('own'));
  }
  if (settings.data === 'digits') return (digits ??= await fetchDigits(folder));
  const kept = own ? undefined : await stored('own').catch(() => undefined);
  // Earlier versions of the page also kept tables, which have a view of their own now.
  if (kept?.shape.length === 3) own = ownCollection(kept);
  if (!own)
    throw new Error(
      'This link is about data of your own, which are not in it: they never leave the machine they were opened on. Open the file again.',
    );
  return own;
}

async function freshGpu(): Promise<Gpu> {
  const opened = await openGpu();
  // After a loss, the next model opens another device.
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
  const { run, subject, settings } = current();
  const { steps, epochs, seconds } = run.progress;
  await store('run', {
    settings,
    own: subject.collection.id,
    model: await subject.model.save(),
    history: run.history,
    steps,
    epochs,
    seconds,
  });
}

function troubleOf(error: unknown): Trouble {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { name: error instanceof GpuUnavailableError ? 'GpuUnavailableError' : name, message };
}
