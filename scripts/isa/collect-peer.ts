// Does the same as collect.ts for another library's products. The module named second exports the library as `peer`.
import { writeFileSync } from 'node:fs';
import { create, globals } from 'webgpu';
import type { Peer } from '../../bench/peer.ts';
import { matmuls } from '../../bench/works.ts';
import { encoded, pipelines, watch } from './recorder.ts';
import type { PeerReport } from './report.ts';

const [file, module] = process.argv.slice(2);
// Dawn's instance must outlive everything that is made from it.
const dawn = create([]);
Object.assign(globalThis, globals, { dawn });
const gpu = {
  getPreferredCanvasFormat: () => 'bgra8unorm',
  async requestAdapter() {
    const adapter = (await dawn.requestAdapter())!;
    const request = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const device = await request(descriptor);
      watch(device);
      return device;
    };
    return adapter;
  },
};
Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node' }, configurable: true });

const { peer } = (await import(module)) as { peer: Peer };
await peer.open();
const works: PeerReport['works'][number][] = [];
for (const work of matmuls) {
  const { name, m, n, k } = work;
  const product = await peer.matmul!(work, new Float32Array(m * k), new Float32Array(k * n));
  encoded.length = 0;
  await product.run(1);
  works.push({ name, dispatches: [...encoded] });
}
const report: PeerReport = { name: `${peer.name} ${peer.version}`, pipelines, works };
writeFileSync(file, JSON.stringify(report));
process.exit(0);
