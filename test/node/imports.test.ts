import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../support/root.ts';
import { breaches } from './importLaw.ts';

test('this repository keeps the import law', () => {
  const sources = readSources(['src', 'shaders', 'app', 'bench']);
  expect(sources.size).toBeGreaterThan(10);
  expect(breaches(sources)).toEqual([]);
});

describe('the checker', () => {
  test.each<[breach: string, sources: Record<string, string>]>([
    [
      'src/runtime/tape.ts:2: imports src/kernels/relu.ts; src/runtime may import only src/runtime, src/errors.ts, src/platform.ts, types of shaders/wgsl.ts',
      { 'src/runtime/tape.ts': `// a comment\nimport { relu } from '../kernels/relu.ts';` },
    ],
    [
      'src/runtime/plan.ts:1: imports shaders/wgsl.ts; src/runtime may import only src/runtime, src/errors.ts, src/platform.ts, types of shaders/wgsl.ts',
      { 'src/runtime/plan.ts': `import { wgsl } from '../../shaders/wgsl.ts';` },
    ],
    [
      'src/runtime/plan.ts:1: imports src/models/model.ts; src/runtime may import only src/runtime, src/errors.ts, src/platform.ts, types of shaders/wgsl.ts',
      { 'src/runtime/plan.ts': `export const lazy = () => import('../models/model.ts');` },
    ],
    [
      'src/runtime/plan.ts:1: imports src/models/model.ts; src/runtime may import only src/runtime, src/errors.ts, src/platform.ts, types of shaders/wgsl.ts',
      { 'src/runtime/plan.ts': `export type M = import('../models/model.ts').Model;` },
    ],
    [
      'src/kernels/relu.ts:1: imports src/models/layers.ts; src/kernels may import only src/kernels, src/runtime, shaders, src/errors.ts, src/platform.ts',
      { 'src/kernels/relu.ts': `import type { Layer } from '../models/layers.ts';` },
    ],
    [
      'src/models/layers.ts:1: imports shaders/matmul.ts; src/models may import only src/models, src/kernels, src/runtime, src/data, src/files, src/errors.ts, src/platform.ts',
      { 'src/models/layers.ts': `import { matmul } from '../../shaders/matmul.ts';` },
    ],
    [
      'src/data/csv.ts:1: imports src/models/model.ts; src/data may import only src/data, src/runtime, src/errors.ts, src/platform.ts, pako, hyparquet and what unpacks its pages when asked',
      { 'src/data/csv.ts': `import { model } from '../models/model.ts';` },
    ],
    [
      'src/files/onnx.ts:1: imports src/models/layers.ts; src/files may import only src/files, src/errors.ts, src/platform.ts, types of src',
      { 'src/files/onnx.ts': `import { type Layer, dense } from '../models/layers.ts';` },
    ],
    [
      'src/errors.ts:1: imports src/runtime/tape.ts; src/errors.ts imports nothing',
      { 'src/errors.ts': `import type { Tape } from './runtime/tape.ts';` },
    ],
    [
      'shaders/relu.ts:1: imports src/errors.ts; shaders may import only shaders and wgsl-preprocessor',
      { 'shaders/relu.ts': `import { E } from '../src/errors.ts';` },
    ],
    [
      'src/models/model.ts:1: imports lodash; src/models may import only src/models, src/kernels, src/runtime, src/data, src/files, src/errors.ts, src/platform.ts',
      { 'src/models/model.ts': `import chunk from 'lodash';` },
    ],
    [
      'app/train.ts:1: imports src/models/model.ts; app may import this library only through src/index.ts, src/kernels.ts, src/runtime.ts, src/worker.ts',
      { 'app/train.ts': `import { model } from '../src/models/model.ts';` },
    ],
    ['src/tools/x.ts:1: no law covers this file; add its folder to test/node/importLaw.ts', { 'src/tools/x.ts': '' }],
    [
      'src/kernels/all.ts:1: only re-exports; only the entry points may (no inner barrels)',
      { 'src/kernels/all.ts': `export { relu } from './relu.ts';` },
    ],
    [
      'src/kernels/x.ts:1: re-exports all of src/kernels/relu.ts; names are exported one by one',
      { 'src/kernels/x.ts': `export * from './relu.ts';\nexport const x = 1;` },
    ],
    [
      'src/kernels/x.ts:1: imports src/kernels/relu.ts for its side effect; no import has one',
      { 'src/kernels/x.ts': `import './relu.ts';` },
    ],
    [
      'src/kernels/c.ts:1: closes the cycle src/kernels/a.ts → src/kernels/b.ts → src/kernels/c.ts → src/kernels/a.ts; imports form no cycle',
      {
        'src/kernels/a.ts': `import { b } from './b.ts';`,
        'src/kernels/b.ts': `import { c } from './c.ts';`,
        'src/kernels/c.ts': `import { a } from './a.ts';`,
      },
    ],
    [
      'src/kernels/a.ts:1: closes the cycle src/kernels/a.ts → src/kernels/a.ts; imports form no cycle',
      { 'src/kernels/a.ts': `import { a } from './a.ts';` },
    ],
  ])('reports %s', (breach, sources) => {
    expect(breaches(new Map(Object.entries(sources)))).toEqual([breach]);
  });

  test('an inner file that imports an entry point', () => {
    const sources = new Map([['src/models/model.ts', `import { tape } from '../runtime.ts';`]]);
    expect(breaches(sources)).toContain(
      'src/models/model.ts:1: imports src/runtime.ts; an entry point is for users, src imports the file itself',
    );
  });

  test('lets pass what is allowed', () => {
    const sources = new Map([
      ['shaders/wgsl.ts', `import { wgsl } from 'wgsl-preprocessor/wgsl-preprocessor.js';`],
      ['shaders/relu.ts', `import { wgsl } from './wgsl.ts';`],
      ['src/runtime/tensor.ts', `import type { Tape } from './tape.ts';`],
      [
        'src/runtime/tape.ts',
        `import { type Shader } from '../../shaders/wgsl.ts';\nimport { Tensor } from './tensor.ts';`,
      ],
      [
        'src/kernels/relu.ts',
        `import { relu } from '../../shaders/relu.ts';\nimport { ShapeError } from '../errors.ts';`,
      ],
      ['src/files/onnx.ts', `import type { Layer } from '../models/layers.ts';`],
      [
        'src/models/layers.ts',
        `import { relu } from '../kernels/relu.ts';\nexport const names = 1;\nexport { relu } from '../kernels/relu.ts';`,
      ],
      ['src/index.ts', `export { autoencoder } from './models/autoencoder.ts';`],
      ['app/train.ts', `import { autoencoder } from '../src/index.ts';\nimport { plot } from './plot.ts';`],
      ['bench/peers.ts', `import * as tf from 'some-package';\nimport { matmul } from '../src/kernels.ts';`],
    ]);
    expect(breaches(sources)).toEqual([]);
  });
});

function readSources(folders: string[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const folder of folders.filter((folder) => existsSync(path.join(root, folder)))) {
    for (const entry of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (/\.(ts|js|mjs)$/.test(entry) && !entry.endsWith('.d.ts') && !entry.startsWith('node_modules')) {
        const file = path.join(root, folder, entry);
        sources.set(path.relative(root, file).split(path.sep).join('/'), readFileSync(file, 'utf8'));
      }
    }
  }
  return sources;
}
