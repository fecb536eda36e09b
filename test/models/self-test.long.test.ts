import { describe, expect, it } from 'vitest';
import { autoencoder, dense, openGpu } from '../../src/index.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { over } from '../support/faulty.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';

const ofOneFilter = ['', ', transposed', ', weights'].map((which) => `conv2d of one filter${which}`);

describe('selfTest', () => {
  it('passes every way here, and frees its memory', async () => {
    const gpu = await openGpu();
    const { passed, ways, seconds } = await gpu.selfTest();
    expect(ways.filter((way) => !way.passed)).toEqual([]);
    expect(passed).toBe(true);
    expect(seconds).toBeGreaterThan(0);
    for (const kernel of ['NN', 'NT', 'TN', 'conv2d', 'conv2d transposed', 'conv2d weights']) {
      expect(ways.filter((way) => way.kernel === kernel).length, kernel).toBeGreaterThan(3);
    }
    for (const kernel of ofOneFilter) expect(ways.map((way) => way.kernel)).toContain(kernel);
    expect(ways.every(({ error }) => error > 0 && error < 1)).toBe(true);
    expect(gpu.memory().bytes).toBe(0);
    gpu.close();
  });

  it('skips convolutions on request', async () => {
    const { ways } = await (await sharedGpu()).selfTest({ convolutions: false });
    expect([...new Set(ways.map(({ kernel }) => kernel))]).toEqual(['NN', 'NT', 'TN']);
  });

  it('rules out ways that a driver computes wrongly, and training continues with the rest', async () => {
    const gpu = await withFault((label) => label.includes('NT') && label.includes('quads of 8x8'));
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

  it.each([
    ...['conv2d', 'conv2d transposed', 'conv2d weights'].map((kernel) => [kernel, `${kernel} 4x4`]),
    ...ofOneFilter.map((kernel) => [kernel, kernel]),
  ])('lays it at the door of %s alone where that is wrong', async (kernel, wrongLabel) => {
    const gpu = await withFault((label) => label === wrongLabel);
    const { ways } = await gpu.selfTest();
    const wrong = ways.filter((way) => !way.passed);
    expect(wrong.map((way) => `${way.kernel} ${way.way}`)).toEqual([`${kernel} 4x4 by 16`]);
  });
});

/** A Gpu whose compiler subtracts where some kernels add. */
async function withFault(strikes: (label: string) => boolean): Promise<Gpu> {
  const { device } = await sharedGpu();
  const broken = over(device, {
    createShaderModule: ({ label = '', code }) =>
      device.createShaderModule({ label, code: strikes(label) ? code.replaceAll('+=', '-=') : code }),
  });
  return new Gpu(broken, { vendor: 'test', architecture: 'test', description: '', isFallback: true }, false, 'fixed');
}

async function trained(gpu: Gpu) {
  const model = await autoencoder(gpu, {
    input: 20,
    encoder: [dense(12, 'relu')],
    decoder: [dense(20, 'sigmoid')],
    loss: 'bce',
  });
  forThisTest(model);
  const { loss } = await model.fit(
    Float32Array.from({ length: 400 }, (_, i) => (i % 7) / 7),
    { steps: 3 },
  );
  return loss;
}
