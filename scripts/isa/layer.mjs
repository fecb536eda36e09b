import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../run.mjs';
import { root } from '../setup.mjs';

export const layerName = 'VK_LAYER_LATENTGPU_isa';
const sources = path.join(root, 'scripts', 'isa');
const names = ['layer.c', 'pipelines.c', 'null-device.c', 'careful.c'];

/**
 * Returns the folder of the Vulkan layer, which is compiled at its first use or after a change.
 * @param {string} cache
 */
export async function buildLayer(cache) {
  const hash = createHash('sha256');
  for (const name of [...names, 'layer.h']) hash.update(await readFile(path.join(sources, name)));
  const folder = path.join(cache, `layer-${hash.digest('hex').slice(0, 12)}`);
  const manifest = path.join(folder, 'layer.json');
  if (existsSync(manifest)) return folder;
  await mkdir(folder, { recursive: true });
  const library = path.join(folder, 'liblayer.so');
  const files = names.map((name) => path.join(sources, name));
  run('gcc', ['-std=gnu11', '-O1', '-fPIC', '-shared', '-o', library, ...files, '-lpthread']);
  const layer = {
    name: layerName,
    type: 'GLOBAL',
    library_path: library,
    api_version: '1.3.0',
    implementation_version: '1',
    description: 'what compilers say of pipelines, on a device that computes nothing',
  };
  // Written last, since its presence means that the rest is complete.
  await writeFile(manifest, JSON.stringify({ file_format_version: '1.2.0', layer }));
  return folder;
}
