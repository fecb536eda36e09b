import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownScripts, problems } from '../../scripts/check-commands/list.mjs';
import { root } from '../support/root.ts';

const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('every script of package.json', () => {
  it('runs in CI: as a step, in a test, or shortened by `npm run check:commands`', () => {
    expect(problems()).toEqual([]);
  });

  it('is reported if it is new, and if its step was removed', () => {
    expect(problems({ ...ownScripts, rhubarb: 'node rhubarb.mjs' })).toEqual([
      'rhubarb has no entry in scripts/check-commands/list.mjs',
    ]);
    const steps = textOf('.ci/run').replace(/^step 'lint'.*$/m, '');
    expect(problems(ownScripts, steps)).toEqual(['.ci/run has no step for lint']);
  });

  it('is named in README or CONTRIBUTING', () => {
    const pages = `${textOf('README.md')}${textOf('CONTRIBUTING.md')}`;
    const called = (name: string): string => (['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`);
    const named = (name: string): boolean => new RegExp(`${called(name)}(?![\\w:-])`).test(pages);
    expect(Object.keys(ownScripts).filter((name) => !named(name))).toEqual([]);
  });
});

/** What a command of scripts/ says where it fails. */
function failure(script: string, args: string[], env: NodeJS.ProcessEnv = {}): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts', script), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, said: `${stdout}${stderr}`.replace(/^setup: .*\n/gm, '') };
}

const wantsChrome = ['start', 'reproduce', 'playground', 'pictures', 'bench', 'test', 'test-native', 'test-firefox', 'test-tilings']; // prettier-ignore
const tries = ['reliability', 'mutants', 'faults'];

describe('a failing command prints one sentence, without a stack trace:', () => {
  it.each([...wantsChrome, ...tries])('%s without the given Chrome', (name) => {
    const env = { PUPPETEER_EXECUTABLE_PATH: '/nowhere' };
    expect(failure(`${name}.mjs`, [], env)).toEqual({
      code: 1,
      said: "error: PUPPETEER_EXECUTABLE_PATH is '/nowhere', a file that does not exist\n",
    });
  });

  it.each([...wantsChrome, ...tries])('%s on an adapter that does not exist', (name) => {
    expect(failure(`${name}.mjs`, [], { LATENTGPU_ADAPTER: 'rhubarb' })).toEqual({
      code: 1,
      said: "error: LATENTGPU_ADAPTER is 'rhubarb'; it can be 'swiftshader' or 'hardware'\n",
    });
  });

  it.each([
    [
      'without the Firefox that was named',
      '/nowhere',
      /^error: LATENTGPU_FIREFOX is '\/nowhere', a file that does not exist\n$/,
    ],
    ['with a Firefox that does not start', process.execPath, /^error: \S*node\S* does not start: .+\n$/],
  ])('test-firefox %s', (_, firefox, line) => {
    const { code, said } = failure('test-firefox.mjs', [], { LATENTGPU_FIREFOX: firefox });
    expect(said).toMatch(line);
    expect(code).toBe(1);
  });

  it.each(tries)('%s of a name that does not exist', (name) => {
    const { code, said } = failure(`${name}.mjs`, ['rhubarb']);
    expect(said).toMatch(/^error: .*rhubarb.*\n$/);
    expect(code).toBe(1);
  });

  it.each([
    ['playground', '--build'],
    ['bench', '--quick'],
    ['reproduce', '--quick'],
    ['pictures', '--quick'],
    ...tries.map((name) => [name]),
  ])('%s into a folder that is a file', (name, ...args) => {
    const { code, said } = failure(`${name}.mjs`, [...args, '--out', 'package.json']);
    expect(said).toMatch(/^error: --out: cannot write to .*package\.json \(EEXIST\)\n$/);
    expect(code).toBe(1);
  });

  it.each<[string[], RegExp]>([
    [['simple'], /^error: 'simple' is not an option; .*\n$/],
    [['--write', '--compiler', 'intel', '--peer', '--only', 'simple'], /^error: --write needs all works.*\n$/],
    [['--compiler', 'rhubarb'], /^error: there is no compiler 'rhubarb'; choose one of amd, intel, adreno\n$/],
    [['--out', 'docs'], /^error: --out needs --write\n$/],
    [['--write', '--out', 'package.json'], /^error: --out: cannot write to .*package\.json \(EEXIST\)\n$/],
  ])('isa %s', (args, line) => {
    const { code, said } = failure('isa.mjs', args);
    expect(said).toMatch(line);
    expect(code).toBe(1);
  });
});
