/** What losses are to models: scores, pretraining, and what they fit; their files are in loss-files.test.ts. Their figures against float64: family.test.ts and reference.long.test.ts. */
import { describe, expect, it } from 'vitest';
import {
  dense,
  elementwise,
  gaussian,
  huber,
  OptionError,
  sgd,
  type AutoencoderSpec,
  type Loss,
} from '../../src/index.ts';
import { asLoss } from '../../src/models/parts/losses.ts';
import { huber as huberReference, losses } from '../reference/loss.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { sharedGpu } from '../support/gpu.ts';
import { makeModel, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (examples = 40) => new Draw(1).floats(examples * 12, 0, 1);

/** Huber's loss with delta 0.25, written down. */
const mine = elementwise({
  name: 'my own Huber',
  wgsl: 'min(abs(y - x), 0.25) * (abs(y - x) - 0.5 * min(abs(y - x), 0.25))',
  derivative: 'clamp(y - x, -0.25, 0.25)',
});

describe('a model with only a bias', () => {
  const values = [-1, 0, 0.5, 3, 10];

  /** What the bias becomes. */
  async function fitted(loss: AutoencoderSpec['loss']): Promise<number> {
    const model = await makeModel({ input: 1, encoder: [dense(1)], decoder: [dense(1)], loss });
    const zeros = Object.entries(await model.weights()).map(([name, { data, shape }]) => [
      name,
      { data: data.fill(0), shape },
    ]);
    model.setWeights(Object.fromEntries(zeros) as never);
    await model.fit(Float32Array.from(values), { steps: 2000, batchSize: 5, optimizer: sgd(0.02) });
    const { 'encoder.0.weight': w, 'decoder.0.bias': bias } = await model.weights();
    expect([...w.data]).toEqual([0]);
    return bias.data[0];
  }

  it('converges to the mean under mse', async () => {
    expect(await fitted('mse')).toBeCloseTo(2.5, 4);
  });

  it('converges to the median under mae, for any outliers', async () => {
    // A step is at most 0.02: so far it swings around it.
    expect(Math.abs((await fitted('mae')) - 0.5)).toBeLessThan(0.02);
  });

  it('converges between them under Huber’s loss', async () => {
    // Where the slopes add up to 0: −2 from 10 and 3, b + 1 beyond 1, b, b − 0.5: 1 + b + b − 0.5 = 2.
    expect(await fitted('huber')).toBeCloseTo(0.75, 4);
    expect(await fitted(huber({ delta: 1e6 }))).toBeCloseTo(2.5, 4);
  });
});

describe('a loss in WGSL', () => {
  it('trains like the built-in loss with that formula', async () => {
    const [ours, theirs] = [await smallModel({ loss: mine }), await smallModel({ loss: huber({ delta: 0.25 }) })];
    const options = { steps: 20, batchSize: 16 };
    const [a, b] = [await ours.fit(data(), options), await theirs.fit(data(), options)];
    expectClose(a.loss, b.loss, (i) => 1e-6 * b.loss[i], 'losses');
    const [mineWeights, theirWeights] = [await ours.weights(), await theirs.weights()];
    for (const [name, { data: weights }] of Object.entries(theirWeights))
      expectClose(mineWeights[name].data, weights, 1e-6, name);
    const onnx = await Promise.all([ours.toOnnx(), theirs.toOnnx()]);
    expect(onnx[0].length).toBe(onnx[1].length);
  });

  it('is compiled before the model is made, and invalid WGSL leaves nothing behind', async () => {
    const gpu = await sharedGpu();
    const before = gpu.memory().bytes;
    await expectRefused(
      OptionError,
      /'bad' is not valid WGSL of y and x: .*nothing/s,
      smallModel({ loss: elementwise({ name: 'bad', wgsl: 'nothing(y)', derivative: 'x' }) }),
    );
    expect(gpu.memory().bytes).toBe(before);
  });
});

describe.each<[string, AutoencoderSpec['loss'], (y: number, x: number) => { loss: number }]>([
  ['mae', 'mae', losses.mae],
  ['huber', huber({ delta: 0.1 }), huberReference(0.1)],
  ['elementwise', mine, huberReference(0.25)],
])('scores by %s', (_, loss, twin) => {
  it.each([false, true])('of rows and of their elements, with a Gaussian code: %s', async (variational) => {
    const model = await smallModel({ loss, encoder: [variational ? gaussian(3) : dense(5, 'relu')] });
    const x = data(7);
    const y = (await model.reconstruct(x)).data;
    const each = Float64Array.from(x, (v, i) => twin(y[i], v).loss);
    expectClose(await model.errors(x, { perFeature: true }), each, 1e-6, 'elements');
    const rows = Float64Array.from({ length: 7 }, (_, r) =>
      each.subarray(12 * r, 12 * r + 12).reduce((a, b) => a + b, 0),
    );
    expectClose(await model.errors(x), variational ? rows : rows.map((row) => row / 12), 2e-6, 'rows');
  });
});

it('inner stages of pretraining use the loss where it applies', async () => {
  const inner = (loss: unknown, targets: string | undefined, outputs: string) =>
    asLoss('test', loss).inner(targets, outputs);
  expect(inner('bce', 'sigmoid', 'sigmoid').name).toBe('bce');
  for (const [targets, outputs] of [
    ['relu', 'sigmoid'],
    ['sigmoid', 'linear'],
    [undefined, 'sigmoid'],
  ] as const)
    expect(inner('bce', targets, outputs).name).toBe('mse');
  expect([inner('mse', 'relu', 'relu').name, inner('mae', 'relu', 'relu').name]).toEqual(['mse', 'mae']);
  expect(inner(huber({ delta: 3 }), 'relu', 'relu').args).toEqual([{ delta: 3 }]);
  expect(inner(mine, 'sigmoid', 'sigmoid').name).toBe('mse');

  const deep = (loss: AutoencoderSpec['loss']) =>
    smallModel({ loss, encoder: [dense(8, 'tanh'), dense(3)], decoder: [dense(8, 'tanh'), dense(12, 'sigmoid')] });
  /** The first loss of each stage. */
  const first = async (loss: AutoencoderSpec['loss']) => {
    const model = await deep(loss);
    const histories = await model.pretrain(data(), { steps: 1, batchSize: 40, shuffle: false });
    return histories.map(({ loss }) => loss[0]);
  };
  const [own, same, squared] = [await first(mine), await first(huber({ delta: 0.25 })), await first('mse')];
  expect(Math.abs(own[0] / same[0] - 1)).toBeLessThan(1e-6);
  // One step of the outer stage is nearly the same for all of them: Adam's steps hang on signs.
  expect(Math.abs(own[1] / squared[1] - 1)).toBeLessThan(0.05);
  expect(same[1] / squared[1]).toBeLessThan(0.6);
});

it('a loss has the type of a loss', () => {
  const all: Loss[] = [huber(), mine, ...['bce', 'mse', 'mae', 'huber'].map((name) => asLoss('test', name))];
  expect(all.map((each) => asLoss('test', each) === each)).toEqual(all.map(() => true));
  expect(JSON.parse(JSON.stringify(mine.args))).toEqual(mine.args);
  for (const name of ['', 'constructor', 'toString', 'MSE']) expect(() => asLoss('test', name)).toThrow(OptionError);
});
