import { describe, expect, it } from 'vitest';
import {
  adam, autoencoder, classifier, deadLatents, dense, loadClassifier, OptionError, reshape, sgd, stopGradient, topK, toSaeLens, unitNorm,
  type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { twinOf } from '../support/dead-latents.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { expectTheBestEpoch, expectTheStepBefore } from '../support/lasting.ts';
import { bits, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

const data = new Draw(7).floats(6 * 20, 0, 1);
const idle = 'penalty.1.idle';
/** Of 15 latents an example has 2, so that some are dead before long. */
const spec = (changes: Partial<AutoencoderSpec> = {}): AutoencoderSpec => ({
  input: 6,
  encoder: [dense(15, 'tanh'), topK(2)],
  decoder: [dense(6)],
  loss: 'mse',
  penalty: [unitNorm(), deadLatents({ after: 12, k: 3, weight: 0.5 })],
  ...changes,
});

it('resamples latents in the first ten Adam steps as float64 does, to 1e-5', async () => {
  const parts = { encoder: [dense(9, 'tanh'), topK(2)], decoder: [dense(5)] };
  await expectTenSteps({ input: [5], ...parts }, [0, 1], twinOf(parts, 8, 3, 14));
}, 120_000);

it('is 0 without dead latents, and then does not change the weights', async () => {
  const options = { epochs: 3, batchSize: 8, optimizer: adam(1e-2) };
  const models = await Promise.all(
    [[unitNorm(), deadLatents()], unitNorm()].map((penalty) => makeModel(spec({ penalty }))),
  );
  const [{ epochs }, other] = await Promise.all(models.map((model) => model.fit(data, options)));
  for (const each of epochs) expect(each).toMatchObject({ deadLatents: 0, dead: 0 });
  expect(epochs.map(({ loss }) => loss)).toEqual(other.epochs.map(({ loss }) => loss));
  const [{ [idle]: counts, ...weights }, expected] = await Promise.all(models.map((model) => model.weights()));
  expect(weights).toEqual(expected);
  expect(Math.max(...counts.data)).toBeGreaterThan(0);
});

it('revives dead latents', async () => {
  const alive = async (penalty: AutoencoderSpec['penalty']) => {
    const model = await makeModel(spec({ penalty }));
    // Latents that nothing activates: what is asked for lies far below the others.
    const { 'encoder.0.bias': bias } = await model.weights();
    model.setWeights({ 'encoder.0.bias': { ...bias, data: bias.data.map((_, j) => (j % 2 ? -3 : 0)) } });
    await model.fit(data, { epochs: 20, batchSize: 10, optimizer: adam(0.1) });
    const { data: codes } = await model.encode(data);
    return new Set([...codes].flatMap((value, i) => (value ? [i % 15] : []))).size;
  };
  const auxiliary = { after: 12, k: 3, weight: 0.5 };
  const [without, revived, resampled] = [
    await alive(unitNorm()),
    await alive([unitNorm(), deadLatents(auxiliary)]),
    await alive([unitNorm(), deadLatents({ ...auxiliary, resample: 24 })]),
  ];
  expect(revived).toBeGreaterThan(without);
  expect(resampled).toBeGreaterThan(revived);
});

it('evaluates with the counts of training, without changing them', async () => {
  const model = await makeModel(spec());
  expect(await model.evaluate(data)).toMatchObject({ deadLatents: 0, dead: 0 });
  await model.fit(data, { epochs: 3, batchSize: 8 });
  const before = await bits(model);
  const { [idle]: counts } = await model.weights();
  const { loss, reconstruction, deadLatents: left, dead } = await model.evaluate(data, { batchSize: 7 });
  expect(dead).toBeCloseTo(counts.data.filter((count) => count >= 12).length, 5);
  expect(dead).toBeGreaterThan(0);
  expect(loss).toBeCloseTo(reconstruction + 0.5 * left!, 6);
  expect(await bits(model)).toEqual(before);
});

describe('the counts', () => {
  it('are stored with the weights, are not trained, and can be set', async () => {
    const model = await makeModel(spec());
    const { [idle]: counts, ...weights } = await model.weights();
    expect(counts).toEqual({ data: new Float32Array(15), shape: [15] });
    expect(model.describe().map(({ name }) => name)).toEqual(['encoder.0', 'encoder.1', 'decoder.0']);
    model.setWeights({ [idle]: { data: new Float32Array(15).fill(12), shape: [15] } });
    expect((await model.evaluate(data)).dead).toBeCloseTo(15, 5);
    expect(Object.keys(weights)).toHaveLength(4);
  });

  it('have the same bits at any pace', async () => {
    const found = [];
    for (const frameBudgetMs of [0.001, 50]) {
      const model = await makeModel(spec({ penalty: [unitNorm(), deadLatents({ after: 12, resample: 24 })] }));
      await model.fit(data, { epochs: 6, batchSize: 8, frameBudgetMs });
      found.push(await bits(model));
    }
    expect(found[0]).toEqual(found[1]);
  });

  it('are those of the step before after a divergence', async () => {
    const penalty = [deadLatents({ after: 12, resample: 24 })];
    await expectTheStepBefore(() => makeModel(spec({ penalty })), data, { epochs: 9 });
  });

  it('are restored with the best weights', async () => {
    const options = { epochs: 8, validation: data.subarray(0, 24), batchSize: 5, optimizer: sgd(0.5) };
    await expectTheBestEpoch(() => makeModel(spec()), data, options);
  });

  it('are not in a classifier of the encoder, its file, or a file for SAELens', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel(spec({ encoder: [dense(15, 'relu'), topK(2)] }));
    await model.fit(data, { epochs: 2, batchSize: 8 });
    const labels = Array.from({ length: 20 }, (_, i) => i % 2);
    for (const freeze of [true, false]) {
      const probe = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 2, freeze }));
      await probe.fit(data, labels, { epochs: 2, batchSize: 8 });
      expect(Object.keys(await probe.weights()).filter((name) => name.includes('penalty'))).toEqual([]);
      const loaded = forThisTest(await loadClassifier(gpu, await probe.save()));
      expect(await loaded.weights()).toEqual(await probe.weights());
    }
    expect(Object.keys(toSaeLens(await model.weights()))).toEqual(['W_enc', 'b_enc', 'W_dec', 'b_dec']);
    expect((await model.toOnnx()).length).toBeGreaterThan(0);
  });
});

it('accepts a decoder that reshapes after its layer', async () => {
  const changes = { input: [3, 2, 1] as [number, number, number], encoder: [reshape([6]), dense(15), topK(2)] };
  const model = await makeModel(spec({ ...changes, decoder: [dense(6), reshape([3, 2, 1])] }));
  const { epochs } = await model.fit(data, { epochs: 3, batchSize: 8 });
  expect(epochs[2].dead).toBeGreaterThan(0);
});

it('has defaults that depend on the code’s width', async () => {
  const model = await makeModel(spec({ penalty: [unitNorm(), deadLatents()] }));
  const dead = async (idleFor: number) => {
    model.setWeights({ [idle]: { data: new Float32Array(15).fill(idleFor), shape: [15] } });
    return (await model.evaluate(data)).dead;
  };
  expect(await dead(1_499)).toBe(0);
  expect(await dead(1_500)).toBeCloseTo(15, 5);
});

describe('is refused', () => {
  it.each<[string, Partial<AutoencoderSpec>, RegExp]>([
    ['without a sparse code', { encoder: [dense(15)], penalty: deadLatents() }, /^deadLatents: takes a sparse code, from an encoder whose last layer is topK\(k\)$/],
    ['where weights are tied', { tied: true, penalty: deadLatents() }, /^deadLatents: takes a decoder of one linear dense layer with a weight of its own, not a tied one$/],
    ['where the decoder ends in an activation', { decoder: [dense(6, 'tanh')] }, /not one with tanh$/],
    ['where the decoder has another layer', { decoder: [dense(6), dense(6)] }, /not one with dense behind it$/],
    ['where the decoder begins otherwise', { decoder: [stopGradient(), dense(6)], penalty: deadLatents() }, /not one that begins with stopGradient$/],
    ['with resample where the encoder has another layer', { encoder: [dense(9), dense(15), topK(2)], penalty: deadLatents({ resample: 2000 }) }, /^deadLatents: resample takes an encoder of one dense layer and topK, not of dense, dense, topK$/],
    ['with resample where the code is reshaped', { encoder: [dense(15), reshape([15]), topK(2)], penalty: deadLatents({ resample: 2000 }) }, /not of dense, reshape, topK$/],
    ['with resample before latents are dead', { penalty: deadLatents({ resample: 1499 }) }, /^deadLatents: resample is 1499, less than after, which is 1500$/],
    ['for more latents than there are', { penalty: deadLatents({ k: 16 }) }, /^deadLatents: k is 16, more than the 15 numbers of the code$/],
  ])('%s', async (_, changes, message) => {
    await expectRefused(OptionError, message, autoencoder(await sharedGpu(), spec(changes)));
  }); // prettier-ignore
});
