import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** Makes a folder for the tests of a file; it is removed after them. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `latentgpu-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}
