import { Connection } from '../connection.ts';
import { byId, figure, h, writeFigures, writeText } from '../dom.ts';
import { emptyHistory, extended } from '../history.ts';
import { fitted, onTheme, rgb, styled, theme } from '../look.ts';
import { normalizingWords } from '../normalizing.ts';
import { coalesced } from '../pacing.ts';
import { presets, seconds, suits } from '../presets.ts';
import type { History, Look, Opened, Progress } from '../protocol.ts';
import { needsAdjusting, needsNewModel, type Settings } from '../settings.ts';
import { unlike, type Second } from './lossLines.ts';
import { DotPainter, sightOf } from './points.ts';
import { paintTiles } from './tiles.ts';

export interface RivalLinks {
  /** the visitor wants a second model beside the first, or another one */
  choose(second: string, beta: number): void;
  training(): boolean;
  /** its losses, for the first one's chart; undefined where there is no second model any more */
  beside(second: Second | undefined): void;
  trouble(error: unknown): void;
}

/** A second model on the same data, from the same seed, in a worker and on a device of its own: it plays when the first one does. */
export class Rival {
  readonly #canvas = byId<HTMLCanvasElement>('rival-points');
  readonly #painter = new DotPainter(this.#canvas);
  #worker: Connection | undefined;
  #opened: Opened | undefined;
  #seen: Look | undefined;
  #progress: Progress | undefined;
  #second: Second | undefined;
  readonly #look: () => void;
  readonly #judge: () => void;

  constructor(
    private readonly digits: string,
    private readonly links: RivalLinks,
  ) {
    byId('rival').append(
      ...seconds.map((value) => h('option', { value, selected: value === 'deep' }, presets[value].title)),
    );
    // Both models share one GPU: a look at this one is rarer than at the first.
    this.#look = coalesced(
      () => this.#showLook(),
      (tookMs) => Math.max(300, 3 * tookMs),
    );
    this.#judge = coalesced(
      () => this.#showVerdict(),
      (tookMs) => Math.min(5000, Math.max(2500, 8 * tookMs)),
    );
    byId('compare').addEventListener('click', () => {
      this.#second = undefined;
      links.choose(byId<HTMLSelectElement>('rival').value, Number(byId<HTMLInputElement>('rival-beta').value));
    });
    onTheme(() => this.#paint());
  }

  /** As the first model does. */
  follow(training: boolean): void {
    if (!this.#opened || training === this.#progress?.training) return;
    void this.#worker?.ask(training ? 'play' : 'pause').catch(this.links.trouble);
  }

  /** The first model is another one: so may the second be, and what the two have in common. */
  beside(first: Opened['data'], settings: Settings, second: Settings | undefined): void {
    for (const option of byId<HTMLSelectElement>('rival').options)
      option.disabled = !suits(presets[option.value].parts, first);
    if (!second) return this.close();
    byId<HTMLSelectElement>('rival').value = settings.second;
    byId<HTMLInputElement>('rival-beta').value = `${settings.secondBeta}`;
    const running = this.#second?.settings;
    writeText(byId('rival-unlike'), unlike(second, settings, first));
    if (!running || needsNewModel(running, second)) void this.#open(second);
    else if (needsAdjusting(running, second)) void this.#worker?.ask('adjust', second).catch(this.links.trouble);
  }

  async #open(settings: Settings): Promise<void> {
    // A fresh one: the data may be others by now.
    this.close();
    this.#second = { name: '', settings, history: emptyHistory() };
    const worker = (this.#worker = new Connection({
      progress: (progress, news) => {
        this.#progress = progress;
        this.#showLosses(news);
        this.#look();
        this.#judge();
      },
      trouble: (error) => this.links.trouble(error),
    }));
    try {
      this.#opened = await worker.ask('open', { settings, digits: this.digits, resume: false });
      const { progress, history, widths, normalizing } = this.#opened;
      this.#progress = progress;
      byId('rival-board').hidden = false;
      const { codeKind, beta, samples } = settings;
      const name = `${presets[settings.preset].title}${codeKind === 'gaussian' && samples === 1 ? `, β ${beta}` : ''}`;
      writeText(
        byId('rival-name'),
        `${name}, seed ${settings.seed}: ${widths.join(' – ')}${normalizing === 'none' ? '' : `, ${normalizingWords[normalizing]}`}`,
      );
      this.#second = { name, settings, history };
      this.links.beside(this.#second);
      this.#look();
      this.#judge();
      this.follow(this.links.training());
    } catch (error) {
      // Whoever closed it does not wait for it.
      if (worker === this.#worker) this.links.trouble(error);
    }
  }

  /** Models of other data are not to be compared. */
  close(): void {
    if (!this.#worker) return;
    this.#worker.close();
    this.#worker = this.#opened = this.#second = undefined;
    byId('rival-board').hidden = true;
    this.links.beside(undefined);
  }

  /** As the first model's: what the worker tells of training, and what it finds on the examples held out. */
  #showLosses(news: History): void {
    if (!this.#second) return;
    this.#second = { ...this.#second, history: extended(this.#second.history, news) };
    this.links.beside(this.#second);
  }

  async #showLook(): Promise<void> {
    if (!this.#opened || document.visibilityState === 'hidden') return;
    const [opened, seen] = [this.#opened, await this.#worker!.ask('look').catch(() => undefined)];
    if (!seen || opened !== this.#opened) return;
    this.#seen = seen;
    const { kind, shape, figures } = opened.data;
    paintTiles(
      byId<HTMLCanvasElement>('rival-tiles'),
      { kind, shape, figures },
      kind === 'table' ? opened.shown.values : seen.reconstructions,
      opened.shown.rows.length,
      seen.reconstructions,
    );
    this.#paint();
  }

  #paint(): void {
    if (!this.#seen || !this.#opened) return;
    fitted(this.#canvas);
    const { points } = this.#seen;
    const { labels } = this.#opened.data;
    const colors = labels ? theme().classes.map(rgb) : [rgb(theme().first)];
    const sight = sightOf(points);
    this.#painter.paint(
      { from: points, to: points, way: 1, labels, colors, opacity: colors.map(() => 1), paper: rgb(styled('page')) },
      sight,
    );
    writeText(byId('rival-caption'), `Its map reaches ${figure(sight.reach, 2)} from the middle to each side.`);
  }

  async #showVerdict(): Promise<void> {
    if (!this.#opened || document.visibilityState === 'hidden') return;
    const verdict = await this.#worker!.ask('judge').catch(() => undefined);
    if (!verdict) return;
    const { losses, squaredError, probe, at } = verdict;
    this.#showLosses({ ...emptyHistory(), heldOut: [{ at, ...losses }] });
    writeFigures(byId('rival-verdict'), {
      epochs: at.toFixed(1),
      'its own loss, held out': figure(losses.loss, 4),
      'squared error': figure(squaredError),
      'k-NN of the code': probe === undefined ? '–' : `${(100 * probe).toFixed(1)} %`,
    });
  }
}
