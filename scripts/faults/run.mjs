import path from 'node:path';
import { Writable } from 'node:stream';
import { createVitest } from 'vitest/node';
import { Failure } from '../failure.mjs';
import { nativeEnvironment } from '../native-webgpu.mjs';
import { root } from '../setup.mjs';
import { nameOf, seed } from './seed.mjs';

/** @typedef {import('./list.mjs').Fault} Fault */
/**
 * The result of a test file, with the first failed test if there is one.
 * @typedef {{ seconds: number, failed?: { name: string, message: string } }} Outcome
 */

const minute = 60_000;

/**
 * Runs one test file up to its first failure, in Node on Dawn. The fault is in the source that Vitest reads of
 * shaders/, and the file on disk stays the same. Each run has a new Vitest and a new process for the tests, so that
 * nothing of an earlier fault is left.
 * @param {string} test
 * @param {Fault} [fault]
 * @returns {Promise<Outcome>}
 */
export async function runTest(test, fault) {
  const begun = performance.now();
  let [reads, said] = [0, ''];
  /** @type {import('vitest/config').Plugin} */
  const seeding = {
    name: 'fault',
    enforce: 'pre',
    transform(code, id) {
      if (!fault || path.relative(path.join(root, 'shaders'), id) !== fault.file) return undefined;
      reads++;
      return seed(code, fault);
    },
  };
  Object.assign(process.env, nativeEnvironment());
  const vitest = await createVitest(
    'test',
    {
      root, config: false, watch: false, bail: 1, reporters: [{}], silent: true,
      include: [test.replace(/\.test\.ts$/, '{,.long}.test.ts')], testNamePattern: fault?.only, setupFiles: ['test/support/native.ts', 'test/support/gpu-errors.ts'], testTimeout: 5 * minute, hookTimeout: minute,
      fileParallelism: false, isolate: false, pool: 'forks',
    },
    { plugins: [seeding] },
    // Keeps the messages of graphics drivers out of the output.
    { stderr: new Writable({ write: (chunk, _, done) => ((said += chunk), done()) }) },
  ); // prettier-ignore
  try {
    await vitest.start();
    const modules = vitest.state.getTestModules();
    const errors = [
      ...modules.flatMap((module) => module.errors()),
      .../** @type {Error[]} */ (vitest.state.getUnhandledErrors()),
    ];
    const [failed] = modules.flatMap((module) => [...module.children.allTests('failed')]);
    const passed = modules.some((module) => module.state() === 'passed');
    if (!failed && (errors.length || !passed))
      throw new Failure(
        `${test} did not run: ${[errors[0]?.message, errors[0]?.cause, said].filter(Boolean).join('; ')}`,
      );
    if (fault && !reads) throw new Failure(`${test} never reads shaders/${fault.file}`);
    const seconds = (performance.now() - begun) / 1000;
    if (!failed) return { seconds };
    const [{ name = '', message = '' } = {}] = failed.result().errors ?? [];
    // Such a fault would be caught by every test.
    if (fault && (/did not compile/.test(message) || /^(Reference|Syntax|Type)Error$/.test(name)))
      throw new Failure(`shaders/${fault.file} with ${nameOf(fault)} does not compile: ${message}`);
    return { seconds, failed: { name: failed.fullName, message } };
  } finally {
    await vitest.close();
  }
}
