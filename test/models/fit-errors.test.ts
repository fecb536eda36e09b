import { describe, expect, it } from 'vitest';
import {
  adagrad,
  adam,
  adamw,
  classifier,
  DataError,
  dataset,
  dense,
  DivergedError,
  gaussian,
  OptionError,
  sgd,
  standardize,
  stepDecay,
} from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectTheStepBefore } from '../support/lasting.ts';
import { bits, errorOf, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

const data = (examples: number) => new Draw(1).floats(12 * examples, 0, 1);

describe('a fit that is refused', () => {
  it('does not change optimizer and moments', async () => {
    const gpu = await sharedGpu();
    const [model, untouched] = [await smallModel(), await smallModel()];
    const streamed = forThisTest(await dataset(gpu, data(50), { shape: [12], deviceBytes: 1000 }));
    for (const each of [model, untouched]) await each.fit(data(50), { steps: 3, optimizer: adam(0.01) });
    const before = gpu.memory().buffers;
    for (const optimizer of [sgd(0.1), adagrad()]) {
      await expectRefused(
        OptionError,
        'fit: a batch of 40',
        model.fit(streamed, { steps: 1, batchSize: 40, optimizer }),
      );
    }
    expect(gpu.memory().buffers).toBe(before);
    expect(await model.save()).toEqual(await untouched.save());
    for (const each of [model, untouched]) await each.fit(data(50), { steps: 3 });
    expect(await bits(model)).toEqual(await bits(untouched));
  });

  it.each([
    [0.1, 'validate'],
    [0.9, 'train'],
  ])('for a validation of %s of four examples names that option and which part is empty', async (validation, part) => {
    const model = await smallModel();
    for (const train of [model.fit.bind(model), model.pretrain.bind(model)] as const) {
      await expectRefused(
        DataError,
        new RegExp(`^(fit|pretrain): a validation of ${validation} of 4 examples leaves no example to ${part} on`),
        train(data(4), { epochs: 1, validation }),
      );
    }
  });
});

describe('divergence', () => {
  it('before the first update blames the data, with advice, and not the learning rate', async () => {
    const gpu = await sharedGpu();
    const bytes = data(40).map((value) => Math.round(255 * value));
    const spec = { encoder: [dense(32, 'relu'), gaussian(4)], decoder: [dense(12)], loss: 'mse' } as const;
    const fresh = (changes = {}) =>
      smallModel({ ...spec, encoder: [...spec.encoder], decoder: [...spec.decoder], ...changes });
    const start = 'no update of this fit has been made, so its learning rate is not the cause: the data';
    // So large that its square is too large for float32.
    const scale = 2 ** 70;
    for (const rate of [1e-3, 1e-9]) {
      const model = await fresh();
      const { message } = await errorOf(model.fit(bytes.map((v) => scale * v), { epochs: 1, optimizer: adam(rate) })); // prettier-ignore
      expect(message).toContain('at step 1;');
      expect(message).toContain(
        `${start}'s largest absolute value is ${(scale * Math.max(...bytes)).toPrecision(4)}; bring it near 1 with \`scale\` in dataset(), or with \`normalize\` in the model`,
      );
      expect(message).not.toContain('smaller');
    }
    // Classifiers have no such option.
    const [encoder, normalized] = [await fresh(), await fresh({ normalize: standardize() })];
    const linear = forThisTest(await classifier(gpu, { encoder: encoder.encoder, classes: 2 }));
    const huge = bytes.map((v) => 1e30 * v);
    const labels = Array.from({ length: 40 }, (_, i) => i % 2);
    const { message } = await errorOf(linear.fit(huge, labels, { epochs: 1 }));
    expect(message).toMatch(/; bring it near 1 with `scale` in dataset\(\)$/);
    // Nor is it the data where they are normalised, or near 1.
    for (const model of [encoder, normalized]) {
      model.setWeights({ 'decoder.0.weight': { data: new Float32Array(48).fill(3e38), shape: [12, 4] } });
      expect((await errorOf(model.fit(data(40), { epochs: 1 }))).message).toMatch(
        /largest absolute value is 0\.\d+; the weights it starts from, or the factors of its penalties, are too large$/,
      );
    }
  });

  it('is a DivergedError with step and tensor; the weights are those of the step before', async () => {
    const make = () => smallModel({ loss: 'mse', decoder: [dense(12)] });
    const { name, tensor } = await expectTheStepBefore(make, data(64), { epochs: 200, rate: 1e6 });
    expect(name).toBe('DivergedError');
    expect(tensor).toMatch(/^loss$|^(en|de)coder\.0\.(weight|bias)\.grad$/);
  });

  it.each(Object.entries({ sgd: sgd(1e-30), momentum: sgd(1e-30, { momentum: 0.9 }), adagrad: adagrad(), adam: adam(), adamw: adamw(), clipped: sgd(0.1, { clipNorm: 1 }) }))(
    'is told of gradients that are finite, but that %s would square in vain', async (_, optimizer) => {
      const model = await smallModel({ loss: 'mse', encoder: [dense(5)], decoder: [dense(12)] });
      const before = await bits(model);
      const error = (await errorOf(model.fit(data(64).map((value) => 1e12 * value), { steps: 1, optimizer }))) as DivergedError;
      expect(error).toBeInstanceOf(DivergedError);
      expect(error).toMatchObject({ step: 1, tensor: 'encoder.0.weight.grad', message: expect.stringContaining('or too large') as string });
      expect(await bits(model)).toEqual(before);
    },
  ); // prettier-ignore

  it('cannot come from rates beyond 10¹², which optimizers refuse', async () => {
    expect(() => adam(2e12)).toThrow(
      new OptionError('adam: learning rate: 2000000000000 is not a number of at least 0 and at most 1000000000000'),
    );
    const model = await smallModel();
    // 1e-30 and 1e-8 in the first epoch, 1e14 in the second.
    const rising = sgd(stepDecay(1e-30, { every: 1, factor: 1e22 }));
    let epochs = 0;
    await expectRefused(
      OptionError,
      'sgd: learning rate: ',
      model.fit(data(64), { epochs: 2, batchSize: 32, optimizer: rising, onEpochEnd: () => void epochs++ }),
    );
    expect(epochs).toBe(1);
  });
});
