import { describe, expect, it } from 'vitest';
import {
  adversarial, categorical, deadLatents, dense, flatten, gaussian, minMax, OptionError, reshape, sgd, topK, DataError, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { categorical as reference, groupSoftmax } from '../reference/categorical.ts';
import { expectClose } from '../support/close.ts';
import { expectRefused } from '../support/error-of.ts';
import { errorOf, makeModel, smallModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

const groups = [3, 4, 5];
const features = 12;

/** One category of each group, as ones among zeros. */
function drawn(examples: number, sizes = groups): Float32Array {
  const draw = new Draw(4);
  const rows = Array.from({ length: examples }, () =>
    sizes.flatMap((size) => {
      const [u] = draw.floats(1, 0, 1);
      return Array.from({ length: size }, (_, c) => Number(c === Math.floor(u * size)));
    }),
  );
  return Float32Array.from(rows.flat());
}

const small = (changes: Partial<AutoencoderSpec> = {}) =>
  smallModel({ encoder: [dense(5, 'tanh')], decoder: [dense(features)], loss: categorical(groups), ...changes });
const variational = { encoder: [dense(5, 'tanh'), gaussian(2)] };
const sum = (values: Iterable<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('a model by the cross-entropy of categories', () => {
  it('takes its first ten Adam steps as float64 does', () =>
    expectTenSteps({
      input: [features],
      encoder: [dense(4, 'tanh')],
      decoder: [dense(features)],
      loss: categorical(groups),
      data: (examples) => drawn(examples),
      distance: (y, x, rows) => sum(reference(y, x, groups, rows, 1 / groups.length).rows) / rows,
    }));

  it('that is nothing but a bias learns how frequent the categories are', async () => {
    const model = await makeModel({
      input: 3,
      encoder: [dense(1)],
      decoder: [dense(3)],
      loss: categorical([3]),
    });
    const zeros = Object.entries(await model.weights()).map(([name, { shape, data }]) => [name, { data: data.fill(0), shape }]); // prettier-ignore
    model.setWeights(Object.fromEntries(zeros) as never);
    const data = Float32Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1);
    await model.fit(data, { steps: 600, batchSize: 5, optimizer: sgd(1) });
    expectClose((await model.reconstruct(data)).data.subarray(0, 3), [0.6, 0.2, 0.2], 1e-5);
  });

  it.each<[string, Partial<AutoencoderSpec>]>([
    ['mean over groups', {}],
    ['sum over groups, of a Gaussian code', variational],
  ])('gives probabilities, and scores that are the %s', async (_, spec) => {
    const model = await small(spec);
    const data = drawn(20);
    const code = await model.encode(data);
    const { data: likely } = await model.decode(code);
    expect(await model.reconstruct(data)).toEqual({ data: likely, shape: [20, features] });
    for (let row = 0, at = 0; row < 20; row++)
      for (const size of groups) {
        expectClose([sum(likely.subarray(at, at + size))], [1], 1e-6);
        at += size;
      }
    const logits = likely.map(Math.log);
    expectClose(groupSoftmax(logits, groups), likely, 1e-6);
    const { rows, elements } = reference(logits, data, groups, 20, spec.encoder ? 1 : 1 / groups.length);
    expectClose(await model.errors(data), rows, (i) => 1e-5 * rows[i]);
    const each = await model.errors(data, { perFeature: true });
    expectClose(each, elements, (i) => 1e-5 * elements[i] + 1e-9);
    if (!spec.encoder) expectClose([(await model.evaluate(data)).loss], [sum(rows) / 20], 1e-5);
    else {
      const { data: made } = await model.sample(4, { seed: 1 });
      expectClose([sum(made.subarray(0, 3)), sum(made)], [1, 12], 1e-5);
    }
  });

  it('counts nothing for a category that is unknown', async () => {
    const model = await small();
    const data = drawn(2);
    data.fill(0, 0, 3);
    const { data: likely } = await model.reconstruct(data);
    const wanted = reference(likely.map(Math.log), data, groups, 2, 1 / 3).rows;
    expectClose(await model.errors(data), wanted, 1e-5);
  });

  it('takes a category at each pixel, and trains layer by layer', async () => {
    const nine = Array<number>(9).fill(2);
    const model = await makeModel({
      input: [3, 3, 2],
      encoder: [flatten(), dense(8, 'tanh'), dense(3)],
      decoder: [dense(8, 'tanh'), dense(18), reshape([3, 3, 2])],
      loss: categorical(nine),
    });
    const data = drawn(20, nine);
    const stages = await model.pretrain(data, { epochs: 4, batchSize: 20 });
    expect(stages.map(({ loss }) => loss.at(-1)! < loss[0])).toEqual([true, true]);
    const { loss } = await model.fit(data, { epochs: 20, batchSize: 20 });
    expect(loss.at(-1)).toBeLessThan(loss[0]);
  });

  it.each<[string, Partial<AutoencoderSpec>, string]>([
    ['groups of other features', { loss: categorical([3, 4]) }, 'has groups of 7 features in all, but the decoder ends in [12]'],
    ['a last activation', { decoder: [dense(features, 'sigmoid')] }, "ends without an activation, not in 'sigmoid'"],
    ['a normalisation', { normalize: minMax() }, 'takes probabilities as they are, without minMax()'],
    ['several samples', { encoder: [gaussian(2, { samples: 3 })] }, 'takes a Gaussian code of one sample, not of 3'],
    ['an opponent of outputs', { penalty: adversarial([dense(3)], { on: 'output' }) }, 'adversarial cannot be combined with loss'],
    ['dead latents', { encoder: [dense(8), topK(2)], penalty: deadLatents() }, 'deadLatents cannot be combined with loss'],
  ])('refuses %s', async (_, changes, words) => {
    await expectRefused(OptionError, words, small(changes));
  }); // prettier-ignore

  it('refuses values that are no probabilities, and knows no density', async () => {
    const model = await small(variational);
    await expectRefused(DataError, 'categorical: 2 at row 0, column 0 is outside [0, 1]', model.fit(drawn(2).fill(2, 0, 1), { epochs: 1 }));
    expect((await errorOf(model.logLikelihood(drawn(2)))).message).toContain('the loss categorical defines no probability density');
  }); // prettier-ignore
});
