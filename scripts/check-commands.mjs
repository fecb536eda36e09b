// npm run check:commands: runs, in a short form, each script of package.json that neither .ci/run nor a test runs, and
// prints for each how it is run.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownScripts, problems, ways } from './check-commands/list.mjs';
import { Failure, runMain } from './failure.mjs';
import { root, setup } from './setup.mjs';

/** A command that takes longer is ended. */
const mostMs = 300_000;

await runMain(async () => {
  const wrong = problems();
  if (wrong.length) throw new Failure(wrong.join('; '));
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !ownScripts[name]);
  if (unknown) throw new Failure(`package.json has no script '${unknown}'`);
  await setup();
  const failed = [];
  for (const [name, way] of Object.entries(ways).filter(([name]) => !asked.length || asked.includes(name))) {
    if ('step' in way) console.log(`${name}: a step of .ci/run`);
    else if ('test' in way) console.log(`${name}: started by ${way.test}`);
    else if ('like' in way) console.log(`${name}: not run, as ${way.because}; ${way.like} is a step of .ci/run`);
    else {
      const begun = performance.now();
      const command = `npm run ${[name, ...(way.args.length ? ['--', ...way.args] : [])].join(' ')}`;
      const trouble = await tryOut(name, way);
      const seconds = ((performance.now() - begun) / 1000).toFixed(0);
      console.log(`${name}: \`${command}\` ${trouble ? `FAILED: ${trouble}` : 'passed'}, ${seconds} s`);
      if (trouble) failed.push(name);
    }
  }
  if (failed.length) throw new Failure(`${failed.join(', ')} failed`);
});

/**
 * @param {string} name
 * @param {Extract<import('./check-commands/list.mjs').Way, { args: string[] }>} way
 * @returns {Promise<string | undefined>} what is wrong
 */
async function tryOut(name, { args, makes, serves }) {
  const out = mkdtempSync(path.join(tmpdir(), 'latentgpu-command-'));
  try {
    const given = args.map((arg) => (arg === 'OUT' ? out : arg));
    const { code, output, answer } = await run(name, given, serves);
    if (code) return `exit code ${code}\n${output}`;
    if (serves && answer !== 200) return `its page answered ${answer ?? 'nothing'}\n${output}`;
    if (makes && !existsSync(path.join(out, makes))) return `it wrote no ${makes}\n${output}`;
    return undefined;
  } finally {
    rmSync(out, { recursive: true });
  }
}

/**
 * Runs a script as npm would. A script that serves is asked for its page, and then ended.
 * @param {string} name
 * @param {string[]} args
 * @param {RegExp} [serves]
 * @returns {Promise<{ code: number, output: string, answer?: number }>}
 */
function run(name, args, serves) {
  const npm = ['run', '--silent', name, '--', ...args];
  // A process group of its own, so that the processes that npm starts end with it.
  const child = spawn('npm', npm, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.pid && child.exitCode === null && process.kill(-child.pid, 'SIGTERM');
  return new Promise((resolve, reject) => {
    let output = '';
    /** @type {Promise<number> | undefined} */
    let answer;
    const hung = setTimeout(() => {
      output += `\nended after ${mostMs / 1000} s`;
      end();
    }, mostMs);
    const hear = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
      const [, url] = (!answer && serves?.exec(output)) || [];
      if (!url) return;
      answer = fetch(url).then(({ status }) => status);
      void answer.catch(() => 0).then(end);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(hung);
      const answered = answer ?? Promise.resolve(undefined);
      // A server that has answered was ended by this script.
      answered.then((status) => resolve({ code: status ? 0 : (code ?? 1), output, answer: status }), reject);
    });
  });
}
