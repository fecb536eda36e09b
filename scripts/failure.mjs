/** A failure that its message explains in full: the command line shows that one line and no stack trace. */
export class Failure extends Error {
  /** @override */
  name = 'Failure';
}

/**
 * Runs a script's main function and turns what it throws into exit code 1.
 * @param {() => Promise<unknown> | unknown} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    // A stack trace is for mistakes in the scripts themselves, where it is the only clue. What the system refuses, such as a folder that
    // cannot be written, says which file it is about.
    const explained = error instanceof Failure || (error instanceof Error && 'syscall' in error);
    console.error(explained ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
