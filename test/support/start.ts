import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './root.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = temporaryFolder('start');
export const inFolder = (name: string): string => path.join(folder, name);

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** `onOutput` is called with all that was printed so far. */
export function start(
  args: string[],
  { chrome, onOutput }: { chrome?: string; onOutput?: (stdout: string, child: ChildProcess) => void } = {},
): Promise<Ended> {
  const env = { ...process.env, ...(chrome && { PUPPETEER_EXECUTABLE_PATH: chrome }) };
  const child = spawn(process.execPath, [path.join(root, 'scripts/start.mjs'), ...args], { cwd: root, env });
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      onOutput?.(stdout, child);
    });
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** An IDX file of bytes: the shape, then as many values as it says, or as many as asked for. */
export function idx(shape: number[], length = shape.reduce((product, n) => product * n, 1)): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((n, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, n));
  for (let i = 0; i < length; i++) bytes[4 + 4 * shape.length + i] = (i * 31) % 10;
  return bytes;
}

/** A folder with small files named as MNIST's, some of them replaced, or left out by `undefined`. */
export function data(replaced: Record<string, Uint8Array | undefined> = {}): string {
  const place = mkdtempSync(inFolder('data-'));
  const files = {
    'train-images-idx3-ubyte': idx([200, 28, 28]),
    'train-labels-idx1-ubyte': idx([200]),
    't10k-images-idx3-ubyte': idx([40, 28, 28]),
    't10k-labels-idx1-ubyte': idx([40]),
    ...replaced,
  };
  for (const [name, bytes] of Object.entries(files)) if (bytes) writeFileSync(path.join(place, name), bytes);
  return place;
}
