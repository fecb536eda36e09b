/** That a command measures the build of what is there, and no older one. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { checkBuilt } from '../../scripts/built.mjs';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder('built');
const files = ['src/index.ts', 'src/models/model.ts', 'shaders/step.ts', 'dist/index.js'];

/** Writes a file of this age, in seconds, and makes its folders as old. */
function put(file: string, age: number): void {
  const then = Date.now() / 1000 - age;
  const whole = path.join(folder, file);
  mkdirSync(path.dirname(whole), { recursive: true });
  writeFileSync(whole, '');
  for (let at = whole; at !== folder; at = path.dirname(at)) utimesSync(at, then, then);
}

it('refuses a build that is missing, or older than a file or a folder of src or shaders', () => {
  for (const file of files) put(file, file.startsWith('dist') ? 50 : 100);
  const check = () => checkBuilt(folder, 'npm run size');
  expect(check).not.toThrow();
  for (const file of files.slice(0, 3)) {
    utimesSync(path.join(folder, file), Date.now() / 1000, Date.now() / 1000);
    expect(check).toThrow(`dist is older than ${file}: run \`npm run build\` before \`npm run size\``);
    put(file, 100);
    expect(check).not.toThrow();
  }
  // Without the file, its folder is new.
  rmSync(path.join(folder, 'src/models/model.ts'));
  expect(check).toThrow('dist is older than src/models: ');
  rmSync(path.join(folder, 'dist'), { recursive: true });
  expect(check).toThrow('there is no dist/index.js: run `npm run build` before `npm run size`');
});
