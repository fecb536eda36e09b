import { byId, h } from './dom.ts';
import { emptyHistory } from './history.ts';
import { fetchDecoder, type PlainDecoder } from './plain.ts';
import { fetchRecording, type Recording } from './recording.ts';
import { defaults } from './settings.ts';
import type { Commands, Controls } from './views/controls.ts';
import type { LossView } from './views/loss.ts';
import type { LatentMap } from './views/map.ts';
import type { Reconstructions } from './views/reconstructions.ts';

const frameMs = 500;

/** The parts of the page that a recorded run controls. */
export interface Stage {
  map: LatentMap;
  reconstructions: Reconstructions;
  loss: LossView;
  controls: Controls;
}

/** The recorded training that comes with the page, shown until there is a model, or always without WebGPU. */
export class RecordedRun {
  readonly shape: number[];
  #at: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(
    private readonly recording: Recording,
    /** The decoder of the trained model. */
    readonly decode: PlainDecoder,
    private readonly stage: Stage,
  ) {
    this.shape = recording.shape;
    this.#at = recording.frames.length - 1;
  }

  static async fetch(addresses: { run: string; model: string }, stage: Stage): Promise<RecordedRun> {
    const [recording, decode] = await Promise.all([fetchRecording(addresses.run), fetchDecoder(addresses.model)]);
    return new RecordedRun(recording, decode, stage);
  }

  /** Shows the last frame, with everything that belongs to it. */
  set(): void {
    const { map, reconstructions, loss } = this.stage;
    const { originals, classes } = this.recording;
    map.labels = this.recording;
    reconstructions.open(this.shape, originals, classes.length, `test images of ${classes.join(', ')}`);
    loss.open(defaults, this.recording);
    this.#show();
  }

  /** The commands of the bar. */
  get commands(): Commands {
    const nothing = () => {};
    return {
      play: () => this.#play(),
      pause: () => this.#pause(),
      step: () => this.#step(),
      again: () => this.#again(),
      slow: nothing,
      rate: nothing,
    };
  }

  get origin(): string {
    return `Recorded on ${this.recording.date} with ${this.recording.adapter}`;
  }

  #play(): void {
    if (this.#last) this.#at = -1;
    this.#timer = setInterval(() => this.#step(), frameMs);
    this.#step();
  }

  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#show();
  }

  #step(): void {
    if (!this.#last) this.#at++;
    this.#show();
    if (this.#last && this.#timer !== undefined) this.#pause();
  }

  #again(): void {
    this.#at = 0;
    this.#pause();
  }

  get #last(): boolean {
    return this.#at === this.recording.frames.length - 1;
  }

  #show(): void {
    const { map, reconstructions, loss, controls } = this.stage;
    const frame = this.recording.frames[this.#at];
    const { steps, epochs } = frame;
    map.show({ ...frame, share: 1 });
    reconstructions.show(frame);
    controls.show({
      training: this.#timer !== undefined,
      steps,
      epochs,
      imagesPerSecond: NaN,
      submitsPerSecond: NaN,
      bytes: 0,
    });
    const seen = this.recording.frames.slice(0, this.#at + 1);
    loss.show({
      ...emptyHistory(),
      epochs: seen.map(({ epochs: at, loss: value }) => ({ at, loss: value })),
      heldOut: seen.map(({ epochs: at, heldOut }) => ({ at, loss: heldOut })),
    });
  }
}

/** Tells how to get WebGPU in the visitor's browser. */
export function sayHowToGetWebGpu(reason: string): void {
  const agent = navigator.userAgent;
  const advice = /Firefox/.test(agent)
    ? 'In Firefox, WebGPU comes with version 141 on Windows and 145 on macOS; elsewhere set dom.webgpu.enabled in about:config.'
    : /^((?!Chrom).)*Safari/.test(agent)
      ? 'In Safari, WebGPU comes with version 26.'
      : /Linux/.test(agent) && !/Android/.test(agent)
        ? 'In Chrome on Linux, open chrome://flags/#enable-unsafe-webgpu, switch it on, and start Chrome anew.'
        : 'In Chrome and Edge, WebGPU comes with version 113; see chrome://gpu for what blocks it, and switch graphics acceleration on in the settings.';
  const notice = byId('notice');
  notice.replaceChildren(
    h('p', {}, h('strong', {}, 'This is a recorded run: WebGPU is not available in this browser. '), reason),
    h('p', {}, `${advice} The page must come over https, or from localhost.`),
  );
  notice.hidden = false;
  // These controls need a model that computes.
  byId<HTMLInputElement>('rate').disabled = byId<HTMLInputElement>('slow').disabled = true;
  for (const part of document.querySelectorAll<HTMLElement>('#choices, .needs-gpu')) part.inert = true;
}
