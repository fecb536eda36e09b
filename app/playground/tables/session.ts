/**
 * A worker with one file, read with one set of choices. Other choices start another worker, so that no state of an
 * earlier one remains.
 */
import { proxy, wrap, type Remote } from 'comlink';
import type { ColumnValues, NotRead, TableWorker, Understood } from './protocol.ts';

export class Session {
  readonly #worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'tables' });
  readonly #remote: Remote<TableWorker> = wrap<TableWorker>(this.#worker);
  #closed = false;

  constructor(onTrouble: (error: Error) => void) {
    this.#worker.onerror = ({ message }) => onTrouble(new Error(message || 'the worker did not load'));
  }

  read: TableWorker['read'] = (source, choices, hear) =>
    this.#live<Understood | NotRead>(this.#remote.read(source, choices, this.#heard(hear)));
  learnRows: TableWorker['learnRows'] = (choices, hear) =>
    this.#live(this.#remote.learnRows(choices, this.#heard(hear)));
  learnSeries: TableWorker['learnSeries'] = (choices, hear) =>
    this.#live(this.#remote.learnSeries(choices, this.#heard(hear)));
  stop = () => void this.#remote.stop();
  ranked: TableWorker['ranked'] = (from, to) => this.#live(this.#remote.ranked(from, to));
  blanks: TableWorker['blanks'] = (most) => this.#live(this.#remote.blanks(most));
  map: TableWorker['map'] = () => this.#live(this.#remote.map());
  values = (column: string) => this.#live<ColumnValues>(this.#remote.values(column));
  file: TableWorker['file'] = (kind, strange) => this.#live(this.#remote.file(kind, strange));

  #heard<T>(hear: (news: T) => void): (news: T) => void {
    return proxy((news: T) => {
      if (!this.#closed) hear(news);
    });
  }

  /** Waits for an answer, which never comes after the worker was closed. */
  #live<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => this.#closed || resolve(value),
        (error: unknown) => this.#closed || reject(error instanceof Error ? error : new Error(String(error))),
      );
    });
  }

  /** Ends the worker; its open requests are never answered. */
  close(): void {
    this.#closed = true;
    this.#worker.terminate();
  }
}
