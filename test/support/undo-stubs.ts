import { afterAll, vi } from 'vitest';

// The files of a worker share its globals: what one of them pretends must not reach the next.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
