import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Failure } from './failure.mjs';

/**
 * Checks that a build is there and not older than what it is made of.
 * @param {string} root the folder with src, shaders and dist
 * @param {string} command the command that reads the build
 */
export function checkBuilt(root, command) {
  const built = path.join(root, 'dist', 'index.js');
  const again = `run \`npm run build\` before \`${command}\``;
  if (!existsSync(built)) throw new Failure(`there is no dist/index.js: ${again}`);
  const { mtimeMs } = statSync(built);
  const changed = ['src', 'shaders']
    .flatMap((folder) => [
      folder,
      ...readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.join(folder, file),
      ),
    ])
    // A folder changes when a file is added or removed.
    .find((file) => statSync(path.join(root, file)).mtimeMs > mtimeMs);
  if (changed) throw new Failure(`dist is older than ${changed.replaceAll(path.sep, '/')}: ${again}`);
}
