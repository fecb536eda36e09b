/** A model beside the first, in a worker and on a device of its own: it plays when the first one does. */
import { Connection } from '../connection.ts';
import { emptyHistory, extended } from '../history.ts';
import { coalesced } from '../pacing.ts';
import type { History, Opened, Progress, Verdict } from '../protocol.ts';
import { needsAdjusting, needsNewModel, type Settings } from '../settings.ts';
import { Card } from './card.ts';

export interface MemberLinks {
  /** how many models share the GPU */
  count(): number;
  /** whether the first model is training */
  training(): boolean;
  /** it is open, or knows more about itself */
  changed(): void;
  /** the visitor does not want it any more */
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
    // All models share one GPU: a look at this one is rarer than at the first.
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

  /** Whether it is the model of these settings; it takes over what a running training can. */
  becomes(settings: Settings): boolean {
    if (this.#closed || settings.preset !== this.settings.preset || needsNewModel(this.settings, settings))
      return false;
    if (!needsAdjusting(this.settings, settings)) return true;
    this.settings = settings;
    void this.#worker.ask('adjust', settings).catch((error: unknown) => this.#trouble(error));
    return true;
  }

  /** As the first model does. */
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
    const { losses, at } = verdict;
    this.history = extended(this.history, { ...emptyHistory(), heldOut: [{ at, ...losses }] });
    this.links.changed();
  }

  /** Whoever closed it does not wait for its answers. */
  #trouble(error: unknown): void {
    if (!this.#closed) this.links.trouble(error);
  }
}
