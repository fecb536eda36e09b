import { describe, expect, it } from 'vitest';
import { sgd } from '../../src/index.ts';
import { matmul } from '../../src/kernels/matmul.ts';
import { sharedGpu, withoutFeatures } from '../support/gpu.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { recording, runOne } from '../support/run.ts';

describe('a profile', () => {
  const fit = { steps: 5, batchSize: 4, optimizer: sgd(0.1) };
  const data = new Draw(1).floats(12 * 8, 0, 1);

  it('names every dispatch and changes no bit', async () => {
    const gpu = await sharedGpu();
    const [plain, profiled] = [await smallModel(), await smallModel()];
    await plain.fit(data, fit);
    const before = gpu.counters();
    const kernels = await gpu.profile(() => profiled.fit(data, fit));
    expect(kernels.reduce((sum, { dispatches }) => sum + dispatches, 0)).toBe(
      gpu.counters().dispatches - before.dispatches,
    );
    expect(kernels.find(({ kernel }) => kernel === 'gather')?.dispatches).toBe(5);
    expect(kernels.map(({ milliseconds }) => milliseconds)).toEqual(
      kernels.map(({ milliseconds }) => milliseconds).toSorted((a, b) => b - a),
    );
    expect(await bits(profiled)).toEqual(await bits(plain));
  });

  it('measures time', async () => {
    const { gpu, memory, tape } = await recording();
    const n = 256;
    const [a, b] = [1, 2].map((seed) => memory.put(new Draw(seed).floats(n * n), [n, n]));
    const y = matmul(tape, a, b);
    const kernels = await gpu.profile(() => runOne(tape, y));
    expect(kernels).toHaveLength(1);
    expect(kernels[0].kernel).toMatch(/^matmul NN/);
    expect(kernels[0].milliseconds).toBeGreaterThan(0);
  });

  it('measures more dispatches than one query set holds', { timeout: 180_000 }, async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    const kernels = await gpu.profile(() => model.fit(data, { ...fit, steps: 400 }));
    expect(kernels.find(({ kernel }) => kernel === 'gather')?.dispatches).toBe(400);
  });

  it('ends with its work, even if that fails', async () => {
    const gpu = await sharedGpu();
    const model = await smallModel();
    expect((await errorOf(gpu.profile(() => Promise.reject(new Error('no'))))).message).toBe('no');
    const first = gpu.profile(() => model.fit(data, fit));
    expect((await errorOf(gpu.profile(() => Promise.resolve()))).message).toContain('another profile is running');
    await first;
    expect(await gpu.profile(() => Promise.resolve())).toEqual([]);
  });

  it('reports a device without timestamps', async () => {
    const gpu = await withoutFeatures();
    expect((await errorOf(gpu.profile(() => Promise.resolve()))).message).toContain('no timestamps');
  });
});
