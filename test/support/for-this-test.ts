import { onTestFinished } from 'vitest';

/** Frees what a test has made when the test ends, whether it passes or fails. Returns the same object. */
export function forThisTest<T extends { dispose(): void }>(made: T): T {
  onTestFinished(() => made.dispose());
  return made;
}
