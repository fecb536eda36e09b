import { it } from 'vitest';
import { sharedGpu } from '../support/gpu.ts';
const timeout = (p: Promise<unknown>, ms = 1500) => Promise.race([p.then(() => 'ok', () => 'rejected'), new Promise((r) => setTimeout(() => r('HANG'), ms))]);
it.each(['plain', 'idle', 'idle done'])('hang %s', async (how) => {
  const { device } = await sharedGpu();
  const counts: Record<string, number> = {};
  const add = (k: string) => (counts[k] = (counts[k] ?? 0) + 1);
  for (let i = 0; i < 60; i++) {
    for (const broken of [true, false]) {
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ code: `@compute @workgroup_size(1) fn main() { ${broken ? 'nonsense' : ''} } // ${how} ${i}` });
    const scope = device.popErrorScope();
    for (let j = 0; j < 3; j++) {
    const p = device.createComputePipelineAsync({ layout: 'auto', compute: { module, constants: broken ? {} : { nonsense: 1 } } });
    if (how === 'idle done') void device.queue.onSubmittedWorkDone();
    if (how.startsWith('idle')) await new Promise((r) => setTimeout(r, 3));
    add(`${broken} pipeline ${j} ${await timeout(p)}`);
    const info = module.getCompilationInfo();
    add(`${broken} info ${j} ${await timeout(info)}`);
    if (how === 'idle done') void device.queue.onSubmittedWorkDone();
    }
    add(`${broken} scope ${await timeout(scope)}`);
    }
    if (Object.keys(counts).some((k) => k.includes('HANG')) && i > 10) break;
  }
  console.log(how, JSON.stringify(counts, null, 1));
}, 200000);
