import type { Gpu } from '../../../src/index.ts';
import { emptyHistory, thinned } from '../history.ts';
import { lossTerms, type History, type LossPoint, type Progress } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import type { Saved } from './storage.ts';
import type { Subject } from './subject.ts';

/** The target length of a submit, since the page needs the GPU for its frames. */
const frameBudgetMs = 12;
/** The pause between two steps in slow motion. */
const slowMs = 250;
const reportEveryMs = 100;

/** The callbacks of a run. */
export interface Listener {
  progress(progress: Progress, news: History): void;
  trouble(error: unknown): void;
}

/** A model's training, which can be started, paused, stepped and adjusted while it runs. */
export class Run {
  readonly history: History;
  #steps: number;
  #epochs: number;
  /** The seconds of earlier training; undefined for a model that was trained elsewhere. */
  #seconds: number | undefined;
  #startedAt = 0;
  #news = emptyHistory();
  #pretrained: boolean;
  #slow = false;
  #stage: Progress['stage'];
  #stop: (() => void) | undefined;
  #ended: Promise<void> = Promise.resolve();
  #pace = new Pace();
  #reportedAt = 0;

  constructor(
    private readonly gpu: Gpu,
    private readonly subject: Subject,
    private settings: Settings,
    private readonly listener: Listener,
    begun: Pick<Saved, 'steps' | 'epochs' | 'seconds' | 'history'> = {
      steps: 0,
      epochs: 0,
      seconds: 0,
      history: emptyHistory(),
    },
  ) {
    this.history = begun.history;
    this.#steps = begun.steps;
    this.#epochs = begun.epochs;
    this.#seconds = begun.seconds;
    this.#pretrained = begun.steps > 0;
  }

  get progress(): Progress {
    const training = this.#stop !== undefined;
    const { imagesPerSecond, submitsPerSecond } = training
      ? this.#pace.now()
      : { imagesPerSecond: 0, submitsPerSecond: 0 };
    const { bytes } = this.gpu.memory();
    const since = training ? (performance.now() - this.#startedAt) / 1000 : 0;
    return {
      training,
      stage: this.#stage,
      steps: this.#steps,
      epochs: this.#epochs,
      seconds: this.#seconds === undefined ? undefined : this.#seconds + since,
      imagesPerSecond,
      submitsPerSecond,
      bytes,
    };
  }

  play(): void {
    if (!this.#stop) this.#start();
  }

  /** Pauses training; resolves when the last submitted step is done. */
  async pause(): Promise<void> {
    this.#stop?.();
    await this.#ended;
  }

  async step(): Promise<void> {
    await this.pause();
    this.#start(1);
    await this.#ended;
  }

  /**
   * Changes settings by a restart, since a running fit cannot take another rate. The next fit continues with the same
   * moments.
   */
  async adjust(settings: Settings): Promise<void> {
    await this.#restarted(() => (this.settings = settings));
  }

  async slow(slow: boolean): Promise<void> {
    if (slow !== this.#slow) await this.#restarted(() => (this.#slow = slow));
  }

  /** Does some work while training is paused, and then continues training. */
  async atRest<T>(work: () => Promise<T>): Promise<T> {
    let result: T;
    await this.#restarted(async () => {
      result = await work();
    });
    return result!;
  }

  addHeldOut(point: LossPoint): void {
    this.#add('heldOut', point);
  }

  get #batchSize(): number {
    return Math.min(this.settings.batch, this.subject.training.length);
  }

  async #restarted(change: () => unknown): Promise<void> {
    const training = this.#stop !== undefined;
    await this.pause();
    try {
      await change();
    } finally {
      if (training) this.#start();
    }
  }

  #start(steps?: number): void {
    this.#startedAt = performance.now();
    this.#pace = new Pace();
    this.#ended = this.#train(steps)
      .catch((error: unknown) => this.listener.trouble(error))
      .finally(() => {
        if (this.#seconds !== undefined) this.#seconds += (performance.now() - this.#startedAt) / 1000;
        this.#stop = undefined;
        this.#stage = undefined;
        this.#report();
      });
  }

  async #train(steps?: number): Promise<void> {
    if (this.settings.pretrain && !this.#pretrained && !steps && !(await this.#pretrain())) return;
    const batchSize = this.#batchSize;
    const stepsPerEpoch = Math.ceil(this.subject.training.length / batchSize);
    const before = { steps: this.#steps, epochs: this.#epochs };
    const advance = (done: number) => {
      this.#steps = before.steps + done;
      this.#epochs = before.epochs + done / stepsPerEpoch;
    };
    let newest: number | undefined;
    const training = this.subject.fit(this.settings, {
      ...(steps ? { steps } : { epochs: 1e6 }),
      batchSize,
      progressEveryMs: 200,
      // One step for each submit, so that every step is shown.
      frameBudgetMs: this.#slow ? 0.01 : frameBudgetMs,
      onProgress: ({ step, loss }) => {
        advance(step);
        this.#pace.add(step * batchSize, this.gpu.counters().submits);
        if (loss !== undefined && loss !== newest) this.#add('steps', { at: this.#epochs, loss });
        newest = loss;
        if (this.#slow) {
          training.pause();
          setTimeout(() => training.resume(), slowMs);
        }
        this.#reportSoon();
      },
      onEpochEnd: (losses) => {
        newest = losses.loss;
        const terms = Object.fromEntries(lossTerms.map((term) => [term, losses[term]]));
        this.#add('epochs', { at: this.#epochs - 0.5, loss: losses.loss, ...terms });
        this.#reportSoon();
      },
    });
    this.#stop = () => training.stop();
    const history = await training;
    advance(history.steps);
    // The loss of a single step is shown as a dot.
    if (steps) this.#add('steps', { at: this.#epochs, loss: history.loss.at(-1)! });
  }

  /** Pretrains layer by layer, one epoch each. Returns false if it was stopped, after which the rest is left out. */
  async #pretrain(): Promise<boolean> {
    const aborting = new AbortController();
    this.#stop = () => aborting.abort();
    this.#pretrained = true;
    try {
      await this.subject.pretrain?.(this.settings, {
        epochs: 2,
        batchSize: this.#batchSize,
        frameBudgetMs,
        signal: aborting.signal,
        onProgress: ({ stage = 1, stages = 1 }) => {
          this.#stage = { layer: stage, layers: stages };
          this.#reportSoon();
        },
      });
      return true;
    } catch (error) {
      if (aborting.signal.aborted) return false;
      throw error;
    } finally {
      this.#stage = undefined;
    }
  }

  #add(kind: keyof History, point: LossPoint): void {
    this.history[kind] = thinned([...this.history[kind], point]);
    this.#news[kind].push(point);
  }

  #reportSoon(): void {
    if (performance.now() - this.#reportedAt >= reportEveryMs) this.#report();
  }

  #report(): void {
    this.#reportedAt = performance.now();
    this.listener.progress(this.progress, this.#news);
    this.#news = emptyHistory();
  }
}

/** Measures images and submits per second over the last two seconds. */
class Pace {
  #marks = [{ time: performance.now(), images: 0, submits: NaN }];

  add(images: number, submits: number): void {
    const time = performance.now();
    if (Number.isNaN(this.#marks[0].submits)) this.#marks[0].submits = submits;
    this.#marks.push({ time, images, submits });
    while (this.#marks.length > 2 && time - this.#marks[0].time > 2000) this.#marks.shift();
  }

  now(): { imagesPerSecond: number; submitsPerSecond: number } {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)!];
    const seconds = (last.time - first.time) / 1000;
    if (!(seconds > 0)) return { imagesPerSecond: 0, submitsPerSecond: 0 };
    return {
      imagesPerSecond: (last.images - first.images) / seconds,
      submitsPerSecond: (last.submits - first.submits) / seconds,
    };
  }
}
