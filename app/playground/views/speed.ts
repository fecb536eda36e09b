import { byId, figure, writeFigures, writeText } from '../dom.ts';
import type { Opened, Progress } from '../protocol.ts';

/** The measured speed of training on this machine. */
export class SpeedView {
  #figures: Record<string, string> = {
    adapter: 'not known yet',
    'images a second': '–',
    'submits a second': '–',
    'memory on the device': '–',
    'frames a second': '–',
    'longest frame in the last second': '–',
    'time to compute the views': '–',
  };

  constructor() {
    this.#write({});
  }

  open({ adapter }: Opened): void {
    this.#write({ adapter: `${adapter.name}${adapter.software ? ' (on the processor: no GPU is used)' : ''}` });
  }

  show({ training, imagesPerSecond, submitsPerSecond, bytes }: Progress): void {
    this.#write({
      'images a second': training ? figure(Math.round(imagesPerSecond)) : '–',
      'submits a second': training ? figure(Math.round(submitsPerSecond)) : '–',
      'memory on the device': `${(bytes / 2 ** 20).toFixed(1)} MiB`,
    });
  }

  frames(perSecond: number, longestMs: number): void {
    writeText(byId('frames-per-second'), `${Math.round(perSecond)}`);
    this.#write({
      'frames a second': `${Math.round(perSecond)}`,
      'longest frame in the last second': `${Math.round(longestMs)} ms`,
    });
  }

  looked(ms: number): void {
    this.#write({ 'time to compute the views': `${Math.round(ms)} ms` });
  }

  #write(news: Record<string, string>): void {
    Object.assign(this.#figures, news);
    writeFigures(byId('speed'), this.#figures);
  }
}
