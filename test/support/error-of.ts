import { expect } from 'vitest';

/** Returns the error that a promise ends with. @throws Error if the promise is fulfilled */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

type Kind = new (...args: never[]) => Error;

/**
 * Checks that a call, or a promise, fails with this kind of error.
 * @param words a part of the error's message, or a pattern of it
 */
export async function expectRefused(
  kind: Kind,
  words: string | RegExp,
  asked: Promise<unknown> | (() => unknown),
): Promise<void> {
  const error = await errorOf(typeof asked === 'function' ? (async () => asked())() : asked);
  expect(error.message).toMatch(words);
  expect(error).toBeInstanceOf(kind);
}
