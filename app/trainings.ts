import type { Autoencoder, Dataset, History, Optimizer } from '../src/index.ts';
import type { JobProgress, JobSettings } from './job.ts';
import { reporting } from './progress.ts';
import { optimizers, type FitSettings, type JobHistory, type Subject } from './subject.ts';

/** One of a job's trainings. */
export interface Planned {
  /** The name; empty if the job has a single training. */
  name: string;
  /** The number of weights in a step, as a measure of its cost. */
  weights: number;
}

/** A job's trainings, one after the other, as planned. They share one progress and one end. */
export class Trainings {
  /** By hand: in which training, after how many of its steps. */
  stopped?: { training: string; steps: number };
  readonly #planned: Planned[];
  readonly #settings: JobSettings;
  readonly #signal: AbortSignal;
  readonly #report: (progress: JobProgress) => void;
  #next = 0;

  constructor(planned: Planned[], settings: JobSettings, signal: AbortSignal, report: (progress: JobProgress) => void) {
    this.#planned = planned;
    this.#settings = settings;
    this.#signal = signal;
    this.#report = report;
  }

  /** If it is stopped, the history is that of what was trained, which may be nothing. `epochEnded` is waited for. */
  async fit(
    model: Subject,
    data: Dataset,
    optimizer: Optimizer,
    epochEnded?: (epoch: number) => Promise<void>,
  ): Promise<JobHistory> {
    const at = this.#next++;
    const history = this.#signal.aborted ? nothing : await this.#fit(at, model, data, optimizer, epochEnded);
    if (history.stopped === 'user') this.stopped ??= { training: this.#planned[at].name, steps: history.steps };
    return history;
  }

  /** If it is stopped, the model has those layers that were finished, and there is no history. */
  async pretrain(model: Autoencoder, data: Dataset, optimizer: Optimizer, layers: number): Promise<History[]> {
    const first = this.#next;
    this.#next += layers;
    let latest: JobProgress | undefined;
    const report = (progress: JobProgress) =>
      this.#report((latest = this.#within(first + progress.stage! - 1, progress)));
    try {
      return await model.pretrain(data, { ...this.#settingsFor(report), optimizer, signal: this.#signal });
    } catch (error) {
      if (!this.#signal.aborted || error !== this.#signal.reason) throw error;
      this.stopped = { training: latest?.training ?? this.#planned[first].name, steps: latest?.step ?? 0 };
      return [];
    }
  }

  async #fit(
    at: number,
    model: Subject,
    data: Dataset,
    optimizer: Optimizer,
    epochEnded?: (epoch: number) => Promise<void>,
  ): Promise<JobHistory> {
    const settings = this.#settingsFor((progress) => this.#report(this.#within(at, progress)));
    const training = model.fit(data, {
      ...settings,
      ...optimizers(model, optimizer),
      async onEpochEnd(epoch) {
        await settings.onEpochEnd(epoch);
        await epochEnded?.(epoch.epoch);
      },
    });
    const stop = () => training.stop();
    this.#signal.addEventListener('abort', stop);
    return training.finally(() => this.#signal.removeEventListener('abort', stop));
  }

  #settingsFor(report: (progress: JobProgress) => void): FitSettings {
    const { epochs, steps, batch } = this.#settings;
    return { ...(epochs ? { epochs } : { steps }), batchSize: batch, ...reporting(batch, report) };
  }

  /** The same progress as part of the whole job. Later trainings are taken to go as fast, by their weights, as this one. */
  #within(at: number, progress: JobProgress): JobProgress {
    const weights = this.#planned.map((planned) => planned.weights);
    const done = sum(weights.slice(0, at)) + weights[at] * (progress.step / progress.steps);
    const imagesLater = (sum(weights.slice(at + 1)) / weights[at]) * progress.steps * this.#settings.batch;
    return {
      ...progress,
      training: this.#planned[at].name,
      done: done / sum(weights),
      secondsLeft: progress.secondsLeft + imagesLater / progress.imagesPerSecond,
    };
  }
}

const nothing: JobHistory = { epochs: [], loss: [], stopped: 'user', seconds: 0, steps: 0 };

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

/** A model's trainings: its layers one by one if it is pretrained, the whole, then its rivals. */
export function planned(model: Subject, layers: number, rivals: { name: string; model: Subject }[]): Planned[] {
  const whole = weightsOf(model);
  if (!layers && !rivals.length) return [{ name: '', weights: whole }];
  const sizes = model.describe().map(({ parameters }) => parameters);
  return [
    // A layer is trained with its counterpart, of the same size. Those below it take part in one of a step's three passes over the weights.
    ...sizes
      .slice(0, layers)
      .map((size, i) => ({ name: `layer ${i + 1}`, weights: 2 * size + sum(sizes.slice(0, i)) / 3 })),
    { name: layers ? 'all layers' : 'the model', weights: whole },
    ...rivals.map((rival) => ({ name: rival.name, weights: weightsOf(rival.model) })),
  ];
}

function weightsOf(model: Subject): number {
  return sum(model.describe().map(({ parameters }) => parameters));
}
