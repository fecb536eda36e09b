import { expect, it } from 'vitest';
import { adam, dense, gaussian, mmd, normal, uniform, type Penalty } from '../../src/index.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const rows = 256;
/** Points on a bent sheet in five dimensions. */
const data = (() => {
  const draw = new Draw(3);
  const [a, b] = [draw.floats(rows, -1, 1), draw.floats(rows, -1, 1)];
  return Float32Array.from({ length: 5 * rows }, (_, i) => {
    const row = Math.floor(i / 5);
    const [u, v] = [a[row], b[row]];
    return [u, v, u * v, Math.sin(2 * u), v * v][i % 5];
  });
})();

const make = (penalty: Penalty | Penalty[], coded = false) =>
  makeModel({
    input: 5,
    encoder: [dense(16, 'tanh'), coded ? gaussian(2) : dense(2)],
    decoder: [dense(16, 'tanh'), dense(5)],
    loss: 'mse',
    penalty,
    seed: 2,
  });

/** The energy distance (Székely & Rizzo 2013) between rows of two numbers. */
function energyDistance(a: Float32Array, b: Float32Array): number {
  const mean = (x: Float32Array, y: Float32Array) => {
    let sum = 0;
    for (let i = 0; i < x.length; i += 2)
      for (let j = 0; j < y.length; j += 2) sum += Math.hypot(x[i] - y[j], x[i + 1] - y[j + 1]);
    return (4 * sum) / (x.length * y.length);
  };
  return 2 * mean(a, b) - mean(a, a) - mean(b, b);
}

it('brings the codes closer to its prior, a normal or a uniform one, than a plain autoencoder does', async () => {
  const codes = async (penalty: Penalty | Penalty[]) => {
    const model = await make(penalty);
    await model.fit(data, { epochs: 20, batchSize: 64, optimizer: adam(5e-3) });
    return (await model.encode(data)).data;
  };
  const plain = await codes([]);
  for (const prior of [normal(), uniform({ low: -2, high: 2 })]) {
    const drawn = prior.draw(2 * rows, 7, 1);
    const [near, far] = [energyDistance(await codes(mmd(1, { prior })), drawn), energyDistance(plain, drawn)];
    expect(near, prior.name).toBeLessThan(0.5 * far);
  }
});

it('reports the discrepancy without its weight, beside the divergence of a Gaussian code', async () => {
  const model = await make(mmd(3, { kernel: 'rbf' }), true);
  const { epochs } = await model.fit(data, { epochs: 1 });
  const told = await model.evaluate(data);
  for (const each of [...epochs, told]) {
    expect(Object.keys(each)).toEqual(['loss', 'reconstruction', 'kl', 'mmd']);
    expect(each.loss).toBeCloseTo(each.reconstruction + each.kl! + 3 * each.mmd!, 4);
  }
});

it('has no estimate for a batch of one row', async () => {
  const model = await make(mmd(3));
  const { loss, reconstruction, mmd: discrepancy } = await model.evaluate(data.subarray(0, 5));
  expect([discrepancy, loss]).toEqual([0, reconstruction]);
});

it('samples from its prior, or from a fitted mixture', async () => {
  const prior = uniform({ low: 2, high: 3 });
  const model = await make(mmd(1, { prior }));
  const decoded = await model.decode({ data: prior.draw(10, 4, 0), shape: [5, 2] });
  expect(await model.sample(5, { seed: 4 })).toEqual(decoded);
  expect(await model.sample(5)).not.toEqual(await model.sample(5));
  await model.fitSampler(data, { components: 2 });
  expect(await model.sample(5, { seed: 4 })).not.toEqual(decoded);
});
