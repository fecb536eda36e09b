import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

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
