import { byId, h } from './dom.ts';
import type { Recording } from './recording.ts';

const frameMs = 500;

/** What of the page a recorded run moves. */
export interface Stage {
  show(frame: Recording['frames'][number], index: number): void;
  playing(playing: boolean): void;
}

/** Plays a recorded run, over and over the same one. */
export class Replay {
  #at: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly recording: Recording, private readonly stage: Stage) {
    this.#at = recording.frames.length - 1;
  }

  play(): void {
    if (this.#at === this.recording.frames.length - 1) this.#at = -1;
    this.pause();
    this.stage.playing(true);
    this.step();
    this.#timer = setInterval(() => this.step(), frameMs);
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.stage.playing(false);
  }

  step(): void {
    const last = this.recording.frames.length - 1;
    this.#at = Math.min(last, this.#at + 1);
    this.stage.show(this.recording.frames[this.#at], this.#at);
    if (this.#at === last && this.#timer !== undefined) this.pause();
  }

  again(): void {
    this.pause();
    this.#at = -1;
    this.step();
  }
}

/** What to do to see the page alive, by browser. */
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
}
