/** A model beside the first one, in a worker and on a device of its own. It trains when the first one does. */
import { Connection } from '../connection.ts';
import { emptyHistory, extended, judged } from '../history.ts';
import { coalesced } from '../pacing.ts';
import type { History, Opened, Progress, Verdict } from '../protocol.ts';
import { needsAdjusting, needsNewModel, type Settings } from '../settings.ts';
import { Card } from './card.ts';

export interface MemberLinks {
  /** Returns the number of models that share the GPU. */
  count(): number;
  /** Returns whether the first model is training. */
  training(): boolean;
  /** Called when the model is open or has news. */
  changed(): void;
  /** Called when the visitor removes the model. */
  remove(member: Member): void;
  trouble(error: unknown): void;
}

export class Member {
  readonly card: Card;
  opened: Opened | undefined;
  progress: Progress | undefined;
  history: History = emptyHistory();
  verdict: Verdict | undefined;
  readonly #worker: Connection;
  #closed = false;
  readonly #look: (now?: boolean) => void;
  readonly #judge: (now?: boolean) => void;

  constructor(
    public settings: Settings,
    digits: string,
    private readonly links: MemberLinks,
  ) {
    this.card = new Card(() => links.remove(this));
    // All models share one GPU, so this one is evaluated less often than the first.
    this.#look = coalesced(
      () => this.#showLook(),
      (tookMs) => Math.min(5000, Math.max(300, 3 * links.count() * tookMs)),
    );
    this.#judge = coalesced(
      () => this.#hearVerdict(),
      (tookMs) => Math.min(5000, Math.max(2500, 8 * tookMs)),
    );
    this.#worker = new Connection({
      progress: (progress, news) => {
        const ended = !progress.training && this.progress?.training === true;
        this.progress = progress;
        this.history = extended(this.history, news);
        links.changed();
        this.#look(ended);
        this.#judge(ended);
      },
      trouble: (error) => links.trouble(error),
    });
    void this.#open(digits);
  }

  /** Applies settings that a running training can take, and returns whether the model then has these settings. */
  becomes(settings: Settings): boolean {
    if (this.#closed || settings.preset !== this.settings.preset || needsNewModel(this.settings, settings))
      return false;
    if (!needsAdjusting(this.settings, settings)) return true;
    this.settings = settings;
    void this.#worker.ask('adjust', settings).catch((error: unknown) => this.#trouble(error));
    return true;
  }

  /** Trains or pauses the model, as the first one does. */
  follow(training: boolean): void {
    if (!this.opened || training === this.progress?.training) return;
    void this.#worker.ask(training ? 'play' : 'pause').catch((error: unknown) => this.#trouble(error));
  }

  close(): void {
    this.#closed = true;
    this.#worker.close();
    this.card.element.remove();
  }

  async #open(digits: string): Promise<void> {
    try {
      this.opened = await this.#worker.ask('open', { settings: this.settings, digits, resume: false });
      ({ progress: this.progress, history: this.history } = this.opened);
      this.card.open(this.opened);
      this.links.changed();
      this.#look();
      this.#judge();
      this.follow(this.links.training());
    } catch (error) {
      this.#trouble(error);
    }
  }

  async #showLook(): Promise<void> {
    if (!this.opened || document.visibilityState === 'hidden') return;
    const seen = await this.#worker.ask('look').catch((error: unknown) => this.#trouble(error));
    if (seen) this.card.look(this.opened, seen);
  }

  async #hearVerdict(): Promise<void> {
    if (!this.opened || document.visibilityState === 'hidden') return;
    const verdict = await this.#worker.ask('judge').catch((error: unknown) => this.#trouble(error));
    if (!verdict) return;
    this.verdict = verdict;
    this.history = judged(this.history, verdict);
    this.links.changed();
  }

  /** Shows an error, unless the model has been closed. */
  #trouble(error: unknown): void {
    if (!this.#closed) this.links.trouble(error);
  }
}
