import type { Answer, Ask, FromWorker, History, Progress, RequestName, ToWorker, Trouble } from './protocol.ts';

/** An error that the worker reported. */
export class WorkerError extends Error {
  constructor({ name, message }: Trouble) {
    super(message);
    this.name = name;
  }
}

export interface Hearer {
  progress(progress: Progress, news: History): void;
  trouble(error: WorkerError): void;
}

/** A connection to the worker, whose requests are functions that return promises. */
export class Connection {
  readonly #worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'training' });
  readonly #waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  #next = 0;

  constructor(private readonly hearer: Hearer) {
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    this.#worker.onerror = ({ message }) =>
      this.hearer.trouble(new WorkerError({ name: 'Error', message: message || 'the worker did not load' }));
  }

  ask<K extends RequestName>(name: K, ...[ask]: Ask<K> extends undefined ? [] : [Ask<K>]): Promise<Answer<K>> {
    const id = this.#next++;
    this.#worker.postMessage({ id, name, ask } satisfies ToWorker);
    return new Promise((resolve, reject) =>
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject }),
    );
  }

  /** Ends the worker and all open requests. */
  close(): void {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Error('the worker was closed'));
    this.#waiting.clear();
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'progress') this.hearer.progress(message.progress, message.news);
    else if (message.kind === 'trouble') this.hearer.trouble(new WorkerError(message.trouble));
    else {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.kind === 'answer') waiting?.resolve(message.answer);
      else waiting?.reject(new WorkerError(message.trouble));
    }
  }
}
