/** The page. It draws and sends requests to the worker, which alone uses the GPU. */
import 'uplot/dist/uPlot.min.css';
import { Comparison } from './compare/comparison.ts';
import { Connection, WorkerError } from './connection.ts';
import { byId, figure, jumpLinks, writeText } from './dom.ts';
import { emptyHistory, extended, judged } from './history.ts';
import { fromHash, toHash } from './link.ts';
import { onTheme } from './look.ts';
import { whyNot } from './normalizing.ts';
import { hideNotice, showNotice } from './notice.ts';
import { coalesced, FrameMeter, restAfterJudging, restAfterLook } from './pacing.ts';
import { samplingOf } from './parts.ts';
import { picturesAre } from './picture/save.ts';
import { pictureSubject } from './picture/subject.ts';
import { ownSettings } from './presets.ts';
import type { Answer, Ask, Examples, History, Opened, OpenRequest, Point, Progress, RequestName } from './protocol.ts';
import { RecordedRun, sayHowToGetWebGpu } from './recorded.ts';
import { defaults, needsAdjusting, needsNewModel, type Settings } from './settings.ts';
import { sightsOn } from './sights.ts';
import { isTableLink } from './tables/link.ts';
import type { Tables } from './tables/tables.ts';
import { Anomalies } from './views/anomalies.ts';
import { Choices } from './views/choices.ts';
import { CodebookView } from './views/codebook.ts';
import { Controls, type Commands } from './views/controls.ts';
import { OwnData } from './views/data.ts';
import { DictionaryView } from './views/dictionary.ts';
import { Drawing } from './views/drawing.ts';
import { Instruments } from './views/instruments.ts';
import { JigsawView } from './views/jigsaw.ts';
import { LabelChoice } from './views/labels.ts';
import { LossView } from './views/loss.ts';
import { LatentMap } from './views/map.ts';
import { Reconstructions } from './views/reconstructions.ts';
import { Samples } from './views/samples.ts';
import { SpeedView } from './views/speed.ts';
import { TakeAway } from './views/takeAway.ts';
import { paintTiles } from './views/tiles.ts';
import { aboutLeftOut, aboutModel, aboutTraining, namesOf } from './words.ts';

const saveEveryMs = 10_000;
const announceEveryMs = 20_000;

const digits = new URL('data/', document.baseURI).href;
/** The files that come with the page. */
const bundled = {
  model: new URL('./bundled/model.bin', import.meta.url).href,
  run: new URL('./bundled/recording.bin', import.meta.url).href,
};

const { settings: linked, unknown } = fromHash(location.hash);
/** Why the settings of a hand-written link do not fit together. */
const unfit = whyNot(linked);
let settings: Settings = unfit ? { ...linked, normalize: 'none' } : linked;
let opened: Opened | undefined;
/** Whether a link's settings are for a visitor's own examples, which have not been opened yet. */
let awaited = linked.data === 'own';
let shape = [28, 28, 1];
let history: History = emptyHistory();
let progress: Progress = { training: false, steps: 0, epochs: 0, imagesPerSecond: 0, submitsPerSecond: 0, bytes: 0 };
let commands: Commands;
/** Whether the visitor wants training, which then also starts for a new model after a change of settings. */
let wanted = false;
/** The recorded run, shown until there is a model, or always without WebGPU. */
let recorded: RecordedRun | undefined;
/** The time of the last announcement for screen readers. */
let announcedAt = 0;
/** The view of tables, when it has replaced the view of pictures. */
let tables: Promise<Tables> | undefined;
/** The number of the model; answers for an earlier one are dropped. */
let generation = 0;

const controls = new Controls({
  play: () => commands.play(),
  pause: () => commands.pause(),
  step: () => commands.step(),
  again: () => commands.again(),
  slow: (slow) => commands.slow(slow),
  rate: (rate) => commands.rate(rate),
});
const choices = new Choices(settings, (next) => change(next));
const map = new LatentMap(() => decode());
const reconstructions = new Reconstructions();
const loss = new LossView();
const speed = new SpeedView();
new FrameMeter((perSecond, longest) => speed.frames(perSecond, longest));

const worker = new Connection({
  progress: (now, news) => {
    // This can be the last message of a model that is being replaced.
    if (!opened) return;
    history = extended(history, news);
    showProgress(now);
    loss.show(history);
    look();
    judge();
  },
  trouble: (error) => showTrouble(error),
});

/** Waits for an answer of the worker; answers and errors of an earlier model are dropped. */
async function newest<T>(asked: Promise<T>): Promise<T | undefined> {
  const mine = generation;
  try {
    const answer = await asked;
    return mine === generation ? answer : undefined;
  } catch (error) {
    if (mine === generation) showTrouble(error);
    return undefined;
  }
}

/**
 * Sends a request about the open model. It sends nothing while another model is being prepared, which could answer in
 * place of the one that was meant.
 */
async function ask<K extends RequestName>(
  name: K,
  ...about: Ask<K> extends undefined ? [] : [Ask<K>]
): Promise<Answer<K> | undefined> {
  return opened && newest(worker.ask(name, ...about));
}

const visible = (): boolean => opened !== undefined && document.visibilityState === 'visible';

const look = coalesced(async () => {
  if (!visible()) return;
  const began = performance.now();
  const show = await sights[settings.model].look();
  if (!show) return;
  speed.looked(performance.now() - began);
  show();
}, restAfterLook);

const judge = coalesced(async () => {
  if (!visible()) return;
  const verdict = await ask('judge');
  if (!verdict) return;
  loss.judge(verdict);
  comparison.tell();
  const { losses, at } = verdict;
  history = judged(history, verdict);
  loss.show(history);
  if (progress.training && performance.now() - announcedAt > announceEveryMs)
    announce(`${at.toFixed(0)} epochs, loss ${figure(losses.loss)}`);
}, restAfterJudging);

const decode = coalesced(async () => {
  const { x, y } = map.place;
  const asked = visible() && settings.model === 'autoencoder';
  const values = recorded ? recorded.decode([x, y]) : asked ? await ask('decode', map.place) : undefined;
  if (!values) return;
  paintTiles(byId<HTMLCanvasElement>('decoded'), shape, values, 1);
});

const save = coalesced(
  async () => {
    if (opened) await saved();
  },
  () => saveEveryMs,
);

/** Saves the model. If the browser refuses, the page says so and training continues. */
async function saved(): Promise<boolean> {
  const asked = generation;
  try {
    await worker.ask('save');
    return asked === generation;
  } catch (error) {
    if (asked === generation)
      controls.state = `Not saved in this browser: ${error instanceof Error ? error.message : String(error)}`;
    return false;
  }
}

async function saveNow(): Promise<void> {
  if ((await saved()) && !progress.training)
    controls.state = `Paused after ${progress.steps.toLocaleString('en')} steps. It is saved in this browser.`;
}

const instruments = new Instruments({
  ask,
  place: (): Point => map.place,
  shape: () => shape,
});
const labels = new LabelChoice();
const drawing = new Drawing({
  encode: (values) => ask('encode', values),
  example: async () => {
    if (!opened) return undefined;
    const { count, trained } = opened.data;
    const rows = count - trained || count;
    const row = count - rows + Math.floor(Math.random() * rows);
    const { names, labels: labelled } = opened.data;
    const values = await ask('rows', [row]);
    return values && { name: names[row], values, label: labelled?.[row] };
  },
  tell: (label) => labels.choose(label),
  names: (examples) => (opened ? namesOf(opened.data.names, examples) : ''),
  mark: (encoded) => map.mark(encoded),
  own: (examples) => void openOwn(examples),
});
const anomalies = new Anomalies({ ask, change: (changed) => change({ ...settings, ...changed }) });
new JigsawView(digits, showTrouble);
const comparison = new Comparison(digits, {
  change: (changed) => change({ ...settings, ...changed }),
  first: () => ({ settings, opened, progress, history, verdict: loss.verdict }),
  beside: (others) => loss.beside(others),
  trouble: showTrouble,
});
new TakeAway(
  () => ({ settings, opened: opened && { ...opened, progress } }),
  (file) => ask('file', file),
);
const data = new OwnData({
  digits: () => change({ ...settings, data: 'digits', without: -1 }),
  own: (examples) => void openOwn(examples).catch(showTrouble),
  table: (file) => void showTables((view) => view.open(file)).catch(showTrouble),
  trouble: showTrouble,
});

/** Ends everything about pictures, and shows the view of tables. */
async function showTables(show: (view: Tables) => void): Promise<void> {
  if (!tables) {
    generation++;
    opened = undefined;
    worker.close();
    comparison.close();
    hideNotice();
    document.body.dataset.view = 'tables';
    tables = import('./tables/tables.ts').then(({ Tables: View }) => new View());
  }
  show(await tables);
}

const sights = sightsOn({
  ...{ map, reconstructions, labels, drawing, instruments, anomalies, comparison, loss, ask, decode },
  samples: new Samples({ ask, epochs: () => progress.epochs }),
  codebook: new CodebookView({ ask }),
  dictionary: new DictionaryView({ ask }),
});

/** Applies settings that the visitor has changed. */
function change(next: Settings): void {
  const before = settings;
  // Models of other data cannot be compared.
  const others = (['data', 'without', 'model'] as const).some((name) => next[name] !== before[name]);
  adopt(others ? { ...next, compared: [] } : next);
  if (others) comparison.close();
  if (needsNewModel(before, settings)) return void open({ resume: false });
  if (needsAdjusting(before, settings)) void ask('adjust', settings);
  if (before.slow !== settings.slow) void ask('pace', settings.slow ? 'slow' : 'full');
  if (opened) comparison.beside(opened.data, settings);
}

/** Shows the settings in all parts of the page. */
function adopt(next: Settings): void {
  settings = next;
  choices.write(settings);
  showPartsOf(settings);
  controls.rate = settings.rate;
  controls.slow = settings.slow;
  const hash = toHash(settings);
  window.history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
}

/** Shows the parts of the page that apply to such a model. */
function showPartsOf(shown: Settings): void {
  const { model, codeKind: code, conditional } = shown;
  Object.assign(document.body.dataset, { model, code, conditional, samples: samplingOf(shown) ?? 'none' });
}

async function openOwn(examples: Examples): Promise<void> {
  if (tables)
    throw new Error('These are pictures, and this view is for tables: go back to the playground of pictures first.');
  comparison.close();
  adopt(ownSettings(settings, awaited));
  await open({ resume: false, own: examples });
}

async function open(request: Pick<OpenRequest, 'resume' | 'bundled' | 'own'>): Promise<void> {
  generation++;
  opened = undefined;
  controls.state = 'Preparing the model …';
  const answer = await newest(worker.ask('open', { settings, digits, ...request }));
  if (!answer) return;
  opened = answer;
  recorded = undefined;
  ({ history, progress } = answer);
  show(answer);
  look(true);
  judge(true);
  if (settings.slow) void ask('pace', 'slow');
  if (wanted) live.play();
  await sights[settings.model].compare();
}

function show(answer: Opened): void {
  const { data: set } = answer;
  hideNotice();
  awaited = false;
  shape = set.shape;
  sights[settings.model].open(answer, settings);
  choices.open(answer);
  loss.open(settings, set);
  loss.show(history);
  speed.open(answer);
  data.open(set, answer.normalizing);
  controls.enabled = true;
  showProgress(answer.progress);
  controls.state = aboutModel(answer);
}

function showProgress(now: Progress): void {
  const began = now.training && !progress.training;
  const ended = !now.training && (progress.training || now.steps !== progress.steps);
  progress = now;
  controls.show(now);
  speed.show(now);
  if (now.stage)
    controls.state = `Pretraining: layer ${now.stage.layer} of ${now.stage.layers} learns to reconstruct what the one before it makes.`;
  if (began || ended) comparison.follow(now.training);
  if (began) {
    map.banner = undefined;
    controls.state = aboutTraining[settings.model];
    announce('Training');
  }
  if (ended) {
    judge(true);
    const last = history.epochs.at(-1) ?? history.steps.at(-1);
    controls.state = `Paused after ${now.steps.toLocaleString('en')} steps.`;
    announce(`Paused after ${now.epochs.toFixed(1)} epochs${last ? `, loss ${figure(last.loss)}` : ''}`);
  }
  if (now.training) save();
  if (ended) void saveNow();
}

/** Announces a text to screen readers, not too often. */
function announce(text: string): void {
  announcedAt = performance.now();
  writeText(byId('live'), text);
}

function showTrouble(error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === 'GpuUnavailableError') {
    void showRecorded(message).catch(showTrouble);
    return;
  }
  // An error in the worker may come from the GPU and end the training; an error on the page concerns one request only.
  const ended = error instanceof WorkerError;
  const button = ended
    ? { text: 'Try again', press: () => void open({ resume: true }) }
    : { text: 'Close', press: hideNotice };
  showNotice(name === 'Error' ? '' : `${name}: `, message, button);
  if (!ended) return;
  wanted = false;
  controls.state = 'Something went wrong; see the message above.';
}

/** Sends a command for training, unless a model is being prepared. */
function steer(name: 'play' | 'pause' | 'step'): void {
  wanted = name === 'play';
  void ask(name);
}

const live: Commands = {
  play: () => steer('play'),
  pause: () => steer('pause'),
  step: () => steer('step'),
  again() {
    wanted = false;
    comparison.close();
    void open({ resume: false });
  },
  slow: (slow) => change({ ...settings, slow }),
  rate: (rate) => change({ ...settings, rate }),
};
commands = live;

const fetchRecorded = (): Promise<RecordedRun> => RecordedRun.fetch(bundled, { map, reconstructions, loss, controls });

/** Shows the recorded run in a browser without WebGPU. */
async function showRecorded(reason: string): Promise<void> {
  sayHowToGetWebGpu(reason);
  recorded ??= await fetchRecorded();
  shape = recorded.shape;
  showPartsOf(defaults);
  commands = recorded.commands;
  controls.enabled = true;
  map.banner = 'recorded run, not computed here';
  controls.state = `${recorded.origin}. Play shows it; this browser computes only what the place on the map decodes to.`;
  recorded.set();
}

async function start(): Promise<void> {
  if (isTableLink(location.hash)) return showTables((view) => view.follow(location.hash));
  controls.enabled = false;
  controls.rate = settings.rate;
  controls.slow = settings.slow;
  showPartsOf(settings);
  if (!navigator.gpu) return showRecorded(isSecureContext ? '' : 'The page is not in a secure context.');
  // The recorded run can be shown at once, while the GPU takes a moment.
  recorded = !needsNewModel(defaults, settings) ? await fetchRecorded().catch(() => undefined) : undefined;
  if (recorded) shape = recorded.shape;
  recorded?.set();
  controls.state = 'Opening the GPU …';
  await open({ resume: true, bundled: recorded && bundled.model });
  const leftOut = aboutLeftOut(unknown, unfit);
  // Without a model, the notice says why there is none.
  if (leftOut && opened) showTrouble(new Error(leftOut));
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden' && progress.training) void saveNow();
  else [look, judge].forEach((wake) => wake());
});
onTheme(() => [look, decode].forEach((wake) => wake()));
addEventListener('hashchange', () => location.reload());
jumpLinks();
picturesAre((button) => pictureSubject(button, settings));
byId('map-table')
  .closest('details')!
  .addEventListener('toggle', () => look());

void start().catch(showTrouble);
