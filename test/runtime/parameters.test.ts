import { expect, it } from 'vitest';
import { Parameters } from '../../src/runtime/parameters.ts';
import { readTensors, writeTensor } from '../../src/runtime/tensor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';

const specs = [
  { name: 'weight', shape: [13, 5], initial: Float32Array.from({ length: 65 }, (_, i) => i + 1) },
  { name: 'bias', shape: [1], initial: Float32Array.of(-1) },
  { name: 'last', shape: [64], initial: new Float32Array(64).fill(7) },
];

const names = (parameters: Parameters) => parameters.named.map(({ name }) => name);

it('stores values in one buffer, each parameter at an offset where a binding may start', async () => {
  const gpu = await sharedGpu();
  const parameters = forThisTest(new Parameters(gpu, specs));
  expect(names(parameters)).toEqual(['weight', 'bias', 'last']);
  expect(parameters.values.size).toBe(128 + 64 + 64);
  const [whole, ...each] = await readTensors(gpu, [
    parameters.values,
    ...names(parameters).map((name) => parameters.get(name)),
  ]);
  specs.forEach(({ initial }, i) => expect(each[i]).toEqual(initial));
  expect([whole[64], whole[65], whole[128], whole[129], whole[192]]).toEqual([65, 0, -1, 0, 7]);
});

it('gives each parameter its own part of the gradients', async () => {
  const gpu = await sharedGpu();
  const parameters = forThisTest(new Parameters(gpu, specs));
  expect(parameters.get('bias').gradient).toBeUndefined();
  const gradients = parameters.gradients;
  expect(parameters.gradients).toBe(gradients);
  for (const name of names(parameters)) {
    const { gradient } = parameters.get(name);
    expect(gradient!.label).toBe(`${name}.grad`);
    writeTensor(gpu, gradient!, new Float32Array(gradient!.size).fill(3));
  }
  const [values] = await readTensors(gpu, [gradients]);
  expect(Array.from(values).reduce((sum, v) => sum + v, 0)).toBe(3 * (65 + 1 + 64));
  expect([values[64], values[65], values[128], values[129]]).toEqual([3, 0, 3, 0]);
});

it('names the parameter at an offset', async () => {
  const parameters = forThisTest(new Parameters(await sharedGpu(), specs));
  expect([0, 64, 127, 128, 191, 192, 255].map((offset) => parameters.nameAt(offset))).toEqual([
    'weight',
    'weight',
    'weight',
    'bias',
    'bias',
    'last',
    'last',
  ]);
  expect(() => parameters.get('none')).toThrow('no parameter none');
  expect([parameters.find('bias')?.tensor, parameters.find('none')]).toEqual([parameters.get('bias'), undefined]);
});

it('treats a parameter of several parts as one inside and as its parts outside', async () => {
  const gpu = await sharedGpu();
  for (const inputs of [1, 2, 3, 4, 5, 32]) {
    const initial = Float32Array.from({ length: 2 * inputs }, (_, i) => i + 1);
    const parameters = forThisTest(
      new Parameters(gpu, [...specs, { name: 'heads', shape: [2, inputs], initial, parts: ['mean', 'logvar'] }]),
    );
    expect(names(parameters).slice(3)).toEqual(['mean', 'logvar']);
    expect(parameters.entries.map(([name]) => name)).toEqual(['weight', 'bias', 'last', 'heads']);
    const [whole, mean, logvar] = await readTensors(gpu, [
      parameters.get('heads'),
      parameters.find('mean')!.tensor,
      parameters.find('logvar')!.tensor,
    ]);
    expect(whole).toEqual(initial);
    expect(mean).toEqual(initial.subarray(0, inputs));
    expect(logvar).toEqual(initial.subarray(inputs));
    writeTensor(gpu, parameters.find('logvar')!.tensor, new Float32Array(inputs).fill(-1));
    const [changed] = await readTensors(gpu, [parameters.get('heads')]);
    expect([...changed]).toEqual([...initial.subarray(0, inputs), ...Array<number>(inputs).fill(-1)]);
    expect([256, 256 + inputs].map((offset) => parameters.nameAt(offset))).toEqual(['mean', 'logvar']);
  }
});

it('zeroes its moments on reset, and frees its memory', async () => {
  const gpu = await sharedGpu();
  const before = gpu.memory();
  const parameters = new Parameters(gpu, specs);
  void parameters.gradients;
  const first = parameters.resetMoments(1)!;
  writeTensor(gpu, first, new Float32Array(256).fill(1));
  const second = parameters.resetMoments(2)!;
  expect(second.shape).toEqual([2, 256]);
  const [values] = await readTensors(gpu, [second]);
  expect(values.every((v) => v === 0)).toBe(true);
  expect(gpu.memory().buffers).toBe(before.buffers + 3);
  expect(parameters.resetMoments(0)).toBeUndefined();
  expect(parameters.moments).toBeUndefined();
  parameters.dispose();
  expect(gpu.memory()).toMatchObject({ bytes: before.bytes, buffers: before.buffers });
});

it('has no gradients or moments for buffers, and restores them from a snapshot', async () => {
  const gpu = await sharedGpu();
  const mean = Float32Array.of(1, 2, 3);
  const parameters = forThisTest(
    new Parameters(gpu, [
      { name: 'running_mean', role: 'buffer', shape: [3], initial: mean },
      { name: 'weight', shape: [70], initial: new Float32Array(70).fill(4) },
      { name: 'bias', role: 'bias', shape: [2], initial: Float32Array.of(5, 6) },
    ]),
  );
  expect(parameters.values.size).toBe(128 + 64 + 64);
  expect(parameters.gradients.size).toBe(128 + 64);
  expect(parameters.resetMoments(2)!.shape).toEqual([2, 128 + 64]);
  expect(['weight', 'running_mean'].map((name) => parameters.momentsOf(name).length)).toEqual([2, 0]);
  expect(['weight', 'bias', 'running_mean'].map((name) => parameters.trains(parameters.get(name)))).toEqual([
    true,
    true,
    false,
  ]);
  expect(parameters.withRole('weight')).toEqual([parameters.get('weight')]);
  expect(parameters.withRole('buffer')).toEqual([parameters.get('running_mean')]);
  writeTensor(gpu, parameters.momentsOf('bias')[1], Float32Array.of(7, 8));
  const snapshot = await parameters.snapshot();
  writeTensor(gpu, parameters.get('running_mean'), new Float32Array(3));
  writeTensor(gpu, parameters.momentsOf('bias')[1], new Float32Array(2));
  parameters.restore(snapshot);
  const [values, moment] = await readTensors(gpu, [parameters.get('running_mean'), parameters.momentsOf('bias')[1]]);
  expect(values).toEqual(mean);
  expect([...moment]).toEqual([7, 8]);
});
