import { LatentGpuError } from '../src/index.ts';

/** `expected`: the message says all there is to say. If not, it is a mistake in the program, and `stack` shows where. */
export interface Failure {
  message: string;
  expected: boolean;
  stack: string;
}

/** What a page answers the command line. An error would lose its class on the way there. */
export type Outcome<T> = { result: T } | { failure: Failure };

export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { result: await work() };
  } catch (error) {
    const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
    return { failure: { message, stack, expected: error instanceof LatentGpuError } };
  }
}
