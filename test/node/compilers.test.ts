import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const modules = path.resolve(import.meta.dirname, '../../node_modules');

// `npm run check:package` needs other versions, too, whose programs have the same names; `npm ci` links those of the first name.
it.each(['typescript', 'vite'])(
  'the command of %s is the version in package.json, not another installed one',
  (name) => {
    const { version } = JSON.parse(readFileSync(path.join(modules, name, 'package.json'), 'utf8')) as {
      version: string;
    };
    const command = path.join(modules, '.bin', name === 'typescript' ? 'tsc' : name);
    const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' });
    expect(stdout).toContain(version);
  },
);
