/** The bar at the top: the open file and the progress. */
import { byId, writeText } from '../dom.ts';
import { hideNotice, showNotice } from '../notice.ts';
import { examples } from './examples.ts';
import { fileName, type Source, type Trained, type TrainingProgress } from './protocol.ts';
import { duration, whole } from './words.ts';

export class Bar {
  readonly #progress = byId<HTMLProgressElement>('t-progress');
  readonly #stop = byId('t-stop');

  constructor(stop: () => void) {
    this.#stop.addEventListener('click', stop);
  }

  /** Asks for the file of a link, which only the visitor has. */
  await(name: string | undefined): void {
    writeText(byId('t-name'), name ?? 'No file yet');
    this.say(
      name === undefined
        ? 'Choose a file, or drop one anywhere on this page.'
        : `The choices for ${name} are remembered, the file is not: it never leaves your machine. Choose it again, or drop it here.`,
    );
  }

  begin(source: Source): void {
    hideNotice();
    writeText(byId('t-name'), fileName(source));
    writeText(byId('t-about'), typeof source === 'string' ? examples[source].about : '');
    byId<HTMLSelectElement>('t-example').value = typeof source === 'string' ? source : '';
    this.#progress.removeAttribute('value');
    this.#progress.hidden = false;
    this.#stop.hidden = true;
    this.say('Reading …');
  }

  hear({ step, steps, secondsLeft }: TrainingProgress): void {
    this.#progress.max = steps;
    this.#progress.value = step;
    this.#stop.hidden = step >= steps;
    this.say(
      step >= steps
        ? 'Computing the scores …'
        : `Learning what is usual: step ${whole(step)} of ${whole(steps)}, about ${duration(secondsLeft)} left`,
    );
  }

  learned({ seconds, stopped, adapter }: Trained, more: string): void {
    const where = adapter.software ? 'WebGPU runs on the processor here' : `on ${adapter.name}`;
    const how = `Learned ${stopped ? 'until you stopped it after' : 'in'} ${duration(seconds)}, ${where}.`;
    writeText(byId('t-trained'), how);
    this.end(`${how} ${more}`);
  }

  trouble(error: unknown, again: () => void): void {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    this.end('Something went wrong; see the message above.');
    showNotice(name === 'Error' ? '' : `${name}: `, message, { text: 'Try again', press: again });
  }

  /** Ends the progress, and announces it to screen readers. */
  end(text: string): void {
    this.#progress.hidden = this.#stop.hidden = true;
    this.say(text);
    writeText(byId('live'), text);
  }

  say(text: string): void {
    writeText(byId('t-state'), text);
  }
}
