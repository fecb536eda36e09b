import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../run.mjs';
import { root } from '../setup.mjs';

/** @typedef {import('./project.mjs').Project} Project */

/** From TypeScript 6 on, `lib.dom` declares WebGPU itself, and `@webgpu/types` would declare it a second time. */
const compilers = [
  { name: 'typescript', types: ['@webgpu/types'] },
  { name: 'typescript-newest', types: [] },
];

/**
 * Checks that every way of module resolution finds the right types, with the oldest supported compiler and the newest.
 * The package is for ES modules only.
 * @param {Project} project
 */
export function checkTypes({ folder, packed }) {
  const attw = path.join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
  run(process.execPath, [attw, packed, '--profile', 'esm-only', '--no-color'], { cwd: folder });
  console.log('package: arethetypeswrong finds nothing');
  for (const { name, types } of compilers) {
    const tsc = path.join(root, 'node_modules', name, 'bin', 'tsc');
    const version = run(process.execPath, [tsc, '--version']).trim().replace('Version', 'TypeScript');
    for (const [module, moduleResolution] of /** @type {const} */ ([
      ['esnext', 'bundler'],
      ['nodenext', 'nodenext'],
    ])) {
      const lib = ['es2022', 'dom'];
      // Without skipLibCheck, the library's own declarations are checked, too.
      const checks = { strict: true, noUncheckedSideEffectImports: true, skipLibCheck: false, noEmit: true };
      const compilerOptions = { module, moduleResolution, target: 'es2022', lib, types, ...checks };
      writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
      run(process.execPath, [tsc, '-p', folder], { cwd: folder });
      console.log(`package: types load with moduleResolution ${moduleResolution} in ${version}`);
    }
  }
}
