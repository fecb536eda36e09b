import { beforeEach } from 'vitest';

/**
 * The known differences of Firefox, whose WebGPU is wgpu, by the name of the test that shows each. Such a test must fail there: once it passes, the run
 * fails, and the test has to be removed from this list. Deno also has wgpu, and no known differences.
 */
const inFirefox: Record<string, string> = {
  'refuses an adapter that is used a second time': 'gives a second device',
  'restores the best weights, and keeps its patience, across losses':
    'reports a destroyed device only after the fit, whose last epoch it was, has ended',
  'rules out ways that a driver computes wrongly, and training continues with the rest':
    'has no subgroups, and so no kernel for the test to break',
};

beforeEach(({ task }) => {
  // What `it.fails` does, decided here for a whole list.
  if (navigator.userAgent.includes('Firefox') && task.name in inFirefox) Object.assign(task, { fails: true });
});
