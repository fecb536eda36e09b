import { describe, expect, it } from 'vitest';
import { autoencoder, dense, openGpu } from '../../src/index.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { over } from '../support/faulty.ts';
import { sharedGpu } from '../support/gpu.ts';

describe('selfTest', () => {
  it('finds every way right here, and leaves nothing behind', async () => {
    const gpu = await openGpu();
    const { passed, ways, seconds } = await gpu.selfTest();
    expect(ways.filter((way) => !way.passed)).toEqual([]);
    expect(passed).toBe(true);
    expect(seconds).toBeGreaterThan(0);
    for (const kernel of ['NN', 'NT', 'TN']) {
      expect(ways.filter((way) => way.kernel === kernel).length, kernel).toBeGreaterThan(3);
    }
    expect(ways.every(({ error }) => error > 0 && error < 1)).toBe(true);
    expect(gpu.memory().bytes).toBe(0);
    gpu.close();
  });

  it('rules out what a driver gets wrong, and training goes on with the rest', async () => {
    const { device } = await sharedGpu();
    // A compiler that makes one tiling forget half of its sums.
    const broken = over(device, {
      createShaderModule: ({ label, code }) => device.createShaderModule({ label, code: label?.includes('NT') && label.includes('quads of 8x8') ? code.replaceAll('+=', '-=') : code }),
    });
    const gpu = new Gpu(broken, { vendor: 'test', architecture: 'test', description: '', isFallback: true }, false, 'fixed');
    const before = await trained(gpu);
    const { passed, ways } = await gpu.selfTest();
    expect(passed).toBe(false);
    const wrong = ways.filter((way) => !way.passed);
    expect(wrong.map(({ kernel, way }) => `${kernel} ${way}`)).toEqual(['NT quads of 8x8 by 16']);
    const after = await trained(gpu);
    const right = await trained(await sharedGpu());
    expect(after).toEqual(right);
    expect(before).not.toEqual(right);
  });
});

async function trained(gpu: Gpu) {
  const model = await autoencoder(gpu, { input: 20, encoder: [dense(12, 'relu')], decoder: [dense(20, 'sigmoid')], loss: 'bce' });
  const { loss } = await model.fit(Float32Array.from({ length: 400 }, (_, i) => (i % 7) / 7), { steps: 3 });
  model.dispose();
  return loss;
}
