import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    sites: string;
  }
}

/** Makes the folder in which the tests of the playground build it once for all of them, and removes it after the last. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'latentgpu-sites-'));
  project.provide('sites', folder);
  return () => rmSync(folder, { recursive: true });
}
