import { within } from './within.ts';

/**
 * The storage of the tuner's winners beyond the page: IndexedDB in a browser, a file in the user's cache folder under
 * Node. Without such a place, as in some private windows, nothing is remembered and the tuner measures anew; that is
 * not an error.
 */
export interface Recall {
  read(key: string): Promise<Record<string, string>>;
  write(key: string, winners: Record<string, string>): Promise<void>;
}

export function openRecall(): Recall {
  try {
    if (globalThis.indexedDB) return inBrowser;
    const { process } = globalThis as { process?: Partial<Node> };
    if (process?.getBuiltinModule) return underNode(process as Node);
  } catch {
    // The page may not use storage, the user has no home folder, or Deno has no permission.
  }
  return { read: async () => ({}), write: async () => {} };
}

const inBrowser: Recall = {
  read: async (key) =>
    ((await withStore('readonly', (store) => store.get(key))) as Record<string, string> | undefined) ?? {},
  write: async (key, winners) => void (await withStore('readwrite', (store) => store.put(winners, key))),
};

/** The timeout of the database in milliseconds; later answers are ignored. */
const patienceMs = 1000;

/** Runs one request in a separate transaction. Returns undefined if the browser stores nothing for this page. */
async function withStore(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  let database: IDBDatabase | undefined;
  try {
    const opening = indexedDB.open('latentgpu', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('tuning');
    database = await within(patienceMs, settled(opening), (late) => late.close());
    return await within(patienceMs, settled(ask(database.transaction('tuning', mode).objectStore('tuning'))));
  } catch {
    return undefined;
  } finally {
    database?.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

/**
 * The part of Node that is used here: the library's own types know browsers only, and a bundler must find nothing to
 * import.
 */
interface Node {
  getBuiltinModule(name: 'node:fs'): {
    readFileSync(path: string, encoding: 'utf8'): string;
    writeFileSync(path: string, text: string): void;
    mkdirSync(path: string, options: { recursive: true }): void;
  };
  getBuiltinModule(name: 'node:os'): { homedir(): string };
}

function underNode(node: Node): Recall {
  const files = node.getBuiltinModule('node:fs');
  const folder = `${node.getBuiltinModule('node:os').homedir()}/.cache/latentgpu`;
  const path = `${folder}/tuning.json`;
  const all = (): Record<string, Record<string, string>> => {
    try {
      return (JSON.parse(files.readFileSync(path, 'utf8')) as Record<string, Record<string, string>> | null) ?? {};
    } catch {
      return {}; // A missing or truncated file counts as empty.
    }
  };
  return {
    read: async (key) => all()[key] ?? {},
    write: async (key, winners) => {
      try {
        files.mkdirSync(folder, { recursive: true });
        files.writeFileSync(path, `${JSON.stringify({ ...all(), [key]: winners }, null, 1)}\n`);
      } catch {
        // Without a writable home folder, results are not saved.
      }
    },
  };
}
