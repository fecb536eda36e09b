import { describe, expect, it } from 'vitest';
import {
  autoencoder,
  classifier,
  DataError,
  dense,
  DeviceLostError,
  gaussian,
  flatten,
  maxPool2d,
  minMax,
  openGpu,
  OptionError,
  OutOfMemoryError,
  reshape,
  standardize,
  upsample2d,
} from '../../src/index.ts';
import { expectRefused } from '../support/error-of.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { errorOf, makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

/** How rasters mark missing values, in the second of three rows. */
const marked = new Draw(1).floats(12);
marked.fill(-3.4e38, 4, 8);

const weights = { 'encoder.0.weight': { data: Float32Array.of(2, -2, 2, -2, 2, 2, -2, -2), shape: [2, 4] } };

describe('rows too large for float32', () => {
  it('have an infinite score, as a whole and by feature, and others keep theirs', async () => {
    const model = await makeModel({
      input: 4,
      encoder: [dense(2)],
      decoder: [dense(4)],
      loss: 'mse',
    });
    model.setWeights(weights);
    const scores = await model.errors(marked);
    expect(scores[1]).toBe(Infinity);
    const ordinary = await model.errors(Float32Array.from([...marked.slice(0, 4), ...marked.slice(8)]));
    expect([scores[0], scores[2]]).toEqual([...ordinary]);
    const each = await model.errors(marked, { perFeature: true });
    expect([...each.slice(4, 8)]).toEqual(Array(4).fill(Infinity));
    expect([...each.slice(0, 4), ...each.slice(8)].every(Number.isFinite)).toBe(true);
    const { loss, reconstruction } = await model.evaluate(marked);
    expect([loss, reconstruction]).toEqual([Infinity, Infinity]);
  });

  it('are a DataError with the row in encode and reconstruct', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({
      input: 4,
      encoder: [gaussian(2)],
      decoder: [dense(4)],
      loss: 'mse',
    });
    model.setWeights({
      'encoder.0.mean.weight': weights['encoder.0.weight'],
      'encoder.0.logvar.weight': weights['encoder.0.weight'],
    });
    const linear = forThisTest(await classifier(gpu, { encoder: model.encoder, classes: 2 }));
    for (const [where, call] of [
      ['encoder.predict', () => model.encode(marked)],
      ['posterior', () => model.posterior(marked)],
      ['reconstruct', () => model.reconstruct(marked)],
      ['predict', () => linear.predict(marked)],
    ] as const) {
      const error = await errorOf(call());
      expect(error, where).toBeInstanceOf(DataError);
      expect(error.message).toBe(
        `${where}: row 1 is not finite: its values, or the model's weights, are too large for float32`,
      );
    }
    const codes = { data: Float32Array.of(3e38, -3e38, 1, 1), shape: [2, 2] };
    model.setWeights({
      'decoder.0.weight': { data: Float32Array.of(9, 9, 1, 0, 0, 1, 1, 1), shape: [4, 2] },
    });
    expect((await errorOf(model.decode(codes))).message).toContain('decoder.predict: row 0 is not finite');
    // KL and loss are infinite, and no more than that.
    const losses = await model.evaluate(marked);
    expect(Object.values(losses).some(Number.isNaN)).toBe(false);
    expect(losses.loss).toBe(Infinity);
  });

  it('are refused by standardize and minMax when they are fitted', async () => {
    for (const normalize of [standardize(), minMax()]) {
      const model = await makeModel({
        input: 4,
        encoder: [dense(2)],
        decoder: [dense(4)],
        loss: 'mse',
        normalize,
      });
      await expectRefused(
        DataError,
        /column 0 goes from -3\.39.* if one of these marks a missing value/,
        model.fit(marked, { steps: 1 }),
      );
    }
  });
});

describe('minMax under bce', () => {
  it('scores grow with the distance from the range of training data', async () => {
    const columns = 3;
    const model = await makeModel({
      input: columns,
      encoder: [dense(2, 'tanh')],
      decoder: [dense(columns, 'sigmoid')],
      loss: 'bce',
      normalize: minMax(),
    });
    const data = Float32Array.from({ length: 60 }, (_, i) => [10, 200, -4][i % 3] + ((i * 7) % 20));
    await model.fit(data, { steps: 3 });
    const at = (value: number) => Float32Array.of(value, 205, 1);
    // The first column goes from 10 to 29.
    const rows = [29, 29 + 19, 29 + 190, 10 - 19, -3.4e38].flatMap((value) => [...at(value)]);
    const scores = await model.errors(Float32Array.from(rows));
    expect(scores[1] - scores[0]).toBeCloseTo(1 / columns, 5);
    expect(scores[2] - scores[0]).toBeCloseTo(10 / columns, 5);
    expect(scores[4]).toBeGreaterThan(1e36);
    const each = await model.errors(Float32Array.from(rows), { perFeature: true });
    expect(each[3] - each[0]).toBeCloseTo(1, 5);
    expect(each.slice(4, 6)).toEqual(each.slice(1, 3));
    // Of a row below the range, the same on the other side.
    const [edge] = await model.errors(at(10));
    expect(scores[3] - edge).toBeCloseTo(1 / columns, 5);
    // The loss that is trained is not changed.
    expect((await model.evaluate(at(48))).loss).toBeCloseTo((await model.evaluate(at(29))).loss, 6);
    // What training has seen scores its loss.
    const seen = await model.errors(data);
    expect(seen.reduce((sum, score) => sum + score) / 20).toBeCloseTo((await model.evaluate(data)).loss, 5);
  });
});

describe('results too large for an array', () => {
  it('of sample, interpolate and traverse are refused with their bytes before any work', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({
      input: 4096,
      encoder: [gaussian(2)],
      decoder: [dense(4096)],
      loss: 'mse',
    });
    const one = new Float32Array(4096);
    const before = gpu.counters();
    for (const [what, rows, call] of [
      ['sample: count', 1e12, () => model.sample(1e12)],
      ['interpolate: steps', 131073, () => model.interpolate(one, one, 131073)],
      ['traverse: values', 131073, () => model.traverse(one, 0, Array<number>(131073).fill(0))],
    ] as const) {
      expect(await errorOf(call())).toEqual(
        new OptionError(
          `${what}: ${rows} examples of 16384 bytes take more than 2 GiB in one array; ask for at most 131072 at a time`,
        ),
      );
    }
    expect(gpu.counters()).toEqual(before);
  });

  it('of decode are an OutOfMemoryError with their bytes, and leave nothing behind', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel({
      input: [4096, 4096, 1],
      encoder: [maxPool2d(4096), flatten(), dense(1)],
      decoder: [dense(1), reshape([1, 1, 1]), upsample2d(4096)],
      loss: 'mse',
    });
    const before = [gpu.memory().bytes, gpu.counters().dispatches];
    expect(await errorOf(model.decode(new Float32Array(1e6)))).toEqual(
      new OutOfMemoryError(
        'decoder.predict: 67108864000000 bytes are more than one array can hold here: ask for less at a time',
      ),
    );
    expect([gpu.memory().bytes, gpu.counters().dispatches]).toEqual(before);
  });
});

it('setWeights on a lost device throws', async () => {
  const gpu = await openGpu({ tuning: 'fixed' });
  const model = await autoencoder(gpu, { input: 4, encoder: [dense(2)], decoder: [dense(4)], loss: 'mse' });
  gpu.close();
  expect(() => model.setWeights(weights)).toThrow(DeviceLostError);
});
