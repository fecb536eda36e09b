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
 * Whether every way of finding modules comes to the types that belong to the code, with the oldest compiler that is supported and the newest.
 * The package is for ES modules alone.
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
      // The library's own declarations are checked too: skipLibCheck is off.
      const checks = { strict: true, noUncheckedSideEffectImports: true, skipLibCheck: false, noEmit: true };
      const compilerOptions = { module, moduleResolution, target: 'es2022', lib, types, ...checks };
      writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.ts'] }));
      run(process.execPath, [tsc, '-p', folder], { cwd: folder });
      console.log(`package: types load with moduleResolution ${moduleResolution} in ${version}`);
    }
  }
}
