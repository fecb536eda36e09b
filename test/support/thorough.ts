/// <reference types="vite/client" />
import type { TaskMeta } from 'vitest';

/** What docs/RELIABILITY.md says of a test: what was tried, how often, and what came out. */
export interface Tried {
  what: string;
  times: number;
  found: string;
}

declare module 'vitest' {
  interface TaskMeta {
    tried?: Tried;
  }
}

/** `npm run reliability`, not the quick part of it that is in every run of the tests. */
export const thorough = Boolean(import.meta.env.VITE_THOROUGH);

/** How often something is tried. */
export const times = (quick: number, all: number): number => (thorough ? all : quick);

/** Notes down what a test has tried, once it has come out as it should; `npm run reliability` writes it into docs/RELIABILITY.md. */
export function tried(task: { meta: TaskMeta }, what: string, count: number, found: string): void {
  task.meta.tried = { what, times: count, found };
}
