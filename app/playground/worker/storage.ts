import type { Examples, History } from '../protocol.ts';
import type { Settings } from '../settings.ts';

/** The contents of autosave, from which a reload continues. */
export interface Saved {
  settings: Settings;
  /** The id of the visitor's own examples, if the model was trained on them. */
  own?: string;
  model: Uint8Array;
  history: History;
  steps: number;
  epochs: number;
  /** The seconds of training; undefined for the bundled model, or if an earlier version of the page saved it. */
  seconds?: number;
}

interface Contents {
  run: Saved;
  /** A visitor's own examples. */
  own: Examples & { id: string };
}

/** Stores a value in the browser's own database, on the visitor's machine. */
export async function store<K extends keyof Contents>(key: K, value: Contents[K]): Promise<void> {
  await withStore('readwrite', (objects) => objects.put(value, key));
}

export async function stored<K extends keyof Contents>(key: K): Promise<Contents[K] | undefined> {
  return (await withStore('readonly', (objects) => objects.get(key))) as Contents[K] | undefined;
}

export async function forget(key: keyof Contents): Promise<void> {
  await withStore('readwrite', (objects) => objects.delete(key));
}

async function withStore<T>(mode: IDBTransactionMode, work: (objects: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open('latentgpu playground', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('saved');
  const database = await settled(opening);
  try {
    return await settled(work(database.transaction('saved', mode).objectStore('saved')));
  } finally {
    database.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser’s database does not answer'));
  });
}
