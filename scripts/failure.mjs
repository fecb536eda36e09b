/** A failure whose message explains everything: the command line shows that one line without a stack trace. */
export class Failure extends Error {
  /** @override */
  name = 'Failure';
}

/**
 * Runs a script's main function, and turns its errors into exit code 1.
 * @param {() => Promise<unknown> | unknown} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    // Only mistakes in the scripts themselves get a stack trace. An error of the system, such as a folder that cannot
    // be written, names its file.
    const explained = error instanceof Failure || (error instanceof Error && 'syscall' in error);
    console.error(explained ? `error: ${error.message}` : error);
    process.exitCode = 1;
  }
}
