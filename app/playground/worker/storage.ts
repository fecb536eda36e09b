import type { Examples, History } from '../protocol.ts';
import type { Settings } from '../settings.ts';

/** What autosave keeps, so that a reload goes on where it was. */
export interface Saved {
  settings: Settings;
  /** the visitor's examples that it was trained on, if it was */
  own?: string;
  model: Uint8Array;
  history: History;
  steps: number;
  epochs: number;
  /** of training; unknown where an earlier version of the page saved it, and of a model that came with the page */
  seconds?: number;
}

interface Contents {
  run: Saved;
  /** a visitor's own examples */
  own: Examples & { id: string };
}

/** In the browser's own database: nothing leaves the machine. */
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
