import { describe, expect, it } from 'vitest';
import {
  avgPool1d,
  classifier,
  conv1d,
  convTranspose1d,
  dense,
  flatten,
  loadClassifier,
  maxPool1d,
  OptionError,
  reshape,
  ShapeError,
  upsample1d,
  type Layer,
  type Matrix,
} from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { expectTheBitsOfImages, ofFlatImages, ofSequences } from '../support/sequences.ts';

describe('an autoencoder of sequences', () => {
  it('has the bits of an autoencoder of images of height 1, with weights without the height', () =>
    expectTheBitsOfImages(ofSequences, ofFlatImages));

  it('has dense layers that receive sequences flattened as in PyTorch, channels first', async () => {
    const model = await makeModel({
      input: [3, 2],
      encoder: [conv1d(2, 1, 'linear', { bias: false }), flatten(), dense(1, 'linear', { bias: false })],
      decoder: [dense(6, 'linear', { bias: false }), reshape([3, 2])],
      loss: 'mse',
    });
    const matrix = (shape: number[], ...data: number[]): Matrix => ({ data: Float32Array.from(data), shape });
    model.setWeights({
      'encoder.0.weight': matrix([2, 2, 1], 1, 0, 0, 1),
      // First all steps of the first channel, then all of the second.
      'encoder.2.weight': matrix([1, 6], 1, 10, 100, 1000, 10000, 100000),
      'decoder.0.weight': matrix([6, 1], 1, 2, 3, 4, 5, 6),
    });
    expect((await model.encode(Float32Array.from([1, 4, 2, 5, 3, 6]))).data).toEqual(new Float32Array([654321]));
    expect((await model.decode(new Float32Array([1]))).data).toEqual(new Float32Array([1, 4, 2, 5, 3, 6]));
  });

  it('without layers for sequences, shapes of two sides are flattened in their order', async () => {
    const model = await makeModel({
      input: [3, 2],
      encoder: [flatten(), dense(1, 'linear', { bias: false })],
      decoder: [dense(6), reshape([3, 2])],
      loss: 'mse',
    });
    model.setWeights({ 'encoder.1.weight': { data: Float32Array.from([1, 10, 100, 1000, 10000, 100000]), shape: [1, 6] } });
    expect((await model.encode(Float32Array.from([1, 2, 3, 4, 5, 6]))).data).toEqual(new Float32Array([654321]));
  }); // prettier-ignore

  it('whose code is a sequence can be continued by a classifier, which can be saved', async () => {
    const gpu = await sharedGpu();
    const model = await makeModel(ofSequences);
    const made = forThisTest(
      await classifier(gpu, { encoder: model.encoder, classes: 2, hidden: [maxPool1d(2), flatten()] }),
    );
    const data = new Draw(3).floats(36 * 8, -1, 1);
    const labels = Int32Array.from({ length: 8 }, (_, i) => i % 2);
    await made.fit(data, labels, { epochs: 2, batchSize: 4 });
    const again = forThisTest(await loadClassifier(gpu, await made.save()));
    expect(await again.weights()).toEqual(await made.weights());
    expect(await again.predict(data)).toEqual(await made.predict(data));
  });

  it('whose decoder alone has such layers can be continued by a classifier, which can be saved', async () => {
    const gpu = await sharedGpu();
    const { encoder } = await makeModel({
      input: [6, 3],
      encoder: [flatten(), dense(4, 'tanh')],
      decoder: [dense(18), reshape([6, 3]), conv1d(3, 3, 'linear', { padding: 'same' })],
      loss: 'mse',
    });
    const made = forThisTest(await classifier(gpu, { encoder, classes: 2 }));
    const again = forThisTest(await loadClassifier(gpu, await made.save()));
    const data = new Draw(3).floats(18 * 4, -1, 1);
    expect(await again.weights()).toEqual(await made.weights());
    expect(await again.predict(data)).toEqual(await made.predict(data));
  });

  it('in a classifier’s hidden layers alone take their channels in PyTorch’s order', async () => {
    const gpu = await sharedGpu();
    const { encoder } = await makeModel({ input: 2, encoder: [dense(1)], decoder: [dense(2)], loss: 'mse' });
    const bare = { bias: false };
    const hidden = [dense(6, 'linear', bare), reshape([3, 2]), conv1d(1, 1, 'linear', bare), flatten()];
    const made = forThisTest(await classifier(gpu, { encoder, classes: 2, hidden }));
    made.setWeights({
      'encoder.0.weight': { data: Float32Array.of(1, 0), shape: [1, 2] },
      'head.0.weight': { data: Float32Array.of(0.01, 0.02, 0.03, 0.04, 0.05, 0.06), shape: [6, 1] },
      'head.2.weight': { data: Float32Array.of(1, 0), shape: [1, 2, 1] },
      'head.4.weight': { data: Float32Array.of(1, 10, 100, 0, 0, 0), shape: [2, 3] },
    });
    const [first, second] = (await made.predict(Float32Array.of(1, 0))).data;
    // The first channel consists of the first three units.
    expect(Math.log(first / second)).toBeCloseTo(0.01 + 0.2 + 3, 4);
  });

  it('cannot be pretrained, like one of images', async () => {
    const model = await makeModel(ofSequences);
    await expect(model.pretrain(new Float32Array(36 * 4), { epochs: 1 })).rejects.toThrow(
      'pretrain: takes dense layers, not conv1d',
    );
  });
});

describe('layers along sequences', () => {
  const shapes: [string, Layer, number[], number[]][] = [
    ['conv1d', conv1d(5, 3), [8, 2], [6, 5]],
    ['conv1d, same', conv1d(5, 3, 'relu', { stride: 2, padding: 'same' }), [7, 2], [4, 5]],
    ['conv1d, zeros around, dilated', conv1d(4, 3, 'relu', { stride: 2, padding: 2, dilation: 3, groups: 2 }), [28, 2], [13, 4]],
    ['convTranspose1d', convTranspose1d(5, 3, 'relu', { stride: 2 }), [4, 2], [9, 5]],
    ['convTranspose1d, same', convTranspose1d(5, 3, 'relu', { stride: 2, padding: 'same' }), [7, 64], [14, 5]],
    ['convTranspose1d, PyTorch’s', convTranspose1d(5, 3, 'relu', { stride: 2, padding: 1, outputPadding: 1 }), [7, 64], [14, 5]],
    ['maxPool1d', maxPool1d(), [7, 3], [3, 3]],
    ['maxPool1d, padded by a number', maxPool1d(3, { stride: 2, padding: 1 }), [7, 3], [4, 3]],
    ['avgPool1d', avgPool1d(3, { stride: 1 }), [7, 3], [5, 3]],
    ['avgPool1d, same', avgPool1d(2, { padding: 'same' }), [7, 3], [4, 3]],
    ['upsample1d', upsample1d(), [7, 3], [14, 3]],
  ]; // prettier-ignore

  it.each(shapes)('%s', (_, layer, input, output) => expect(layer.outputShape(input)).toEqual(output));

  it('are stored with their own arguments, and not with those of an image', () => {
    expect(conv1d(4, 3, ['elu', { alpha: 2 }], { padding: 2, groups: 2 }).args).toEqual([
      4, 3, ['elu', { alpha: 2 }], { stride: 1, padding: 2, groups: 2, init: 'glorot', bias: true },
    ]); // prettier-ignore
    expect(convTranspose1d(4, 3, 'relu', { stride: 3, dilation: 2 }).args).toEqual([
      4, 3, 'relu', { stride: 3, padding: 'valid', outputPadding: 0, dilation: 2, init: 'glorot', bias: true },
    ]); // prettier-ignore
    expect(maxPool1d(3, { padding: 1 }).args).toEqual([3, { stride: 3, padding: 1 }]);
    expect(avgPool1d(2, { stride: 1 }).args).toEqual([2, { stride: 1, padding: 'valid' }]);
    expect(upsample1d(3, 'linear').args).toEqual([3, 'linear']);
  });

  it.each([
    ['no filters', () => conv1d(0, 3), 'conv1d: filters'],
    ['a kernel of two sides', () => conv1d(1, [3, 3] as never), 'conv1d: kernel'],
    ['an unknown option', () => conv1d(1, 3, 'relu', { strides: 2 } as never), "conv1d: unknown option 'strides' (did you mean stride?)"],
    ['a stride of two sides', () => conv1d(1, 3, 'relu', { stride: [1, 2] as never }), 'conv1d: stride'],
    ['a padding of two sides', () => conv1d(1, 3, 'relu', { padding: [1, 2] as never }), 'conv1d: padding'],
    ['a padding that is none', () => maxPool1d(2, { padding: 2 }), 'maxPool1d: padding'],
    ['outputPadding of a stride', () => convTranspose1d(1, 3, 'relu', { stride: 2, padding: 0, outputPadding: 2 }), 'convTranspose1d: outputPadding'],
    ['outputPadding without padding', () => convTranspose1d(1, 3, 'relu', { stride: 2, outputPadding: 1 }), 'convTranspose1d: outputPadding needs a padding in numbers'],
    ['a pool of none', () => avgPool1d(0), 'avgPool1d: window'],
    ['a factor of none', () => upsample1d(0), 'upsample1d: factor'],
    ['the interpolation of images', () => upsample1d(2, 'bilinear' as never), "upsample1d: the interpolation must be 'nearest' or 'linear', not 'bilinear'"],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  }); // prettier-ignore

  it.each([
    [conv1d(1, 3), [5, 4, 3], 'conv1d: takes sequences of [length, channels], not [5, 4, 3]'],
    [upsample1d(), [7], 'upsample1d: takes sequences of [length, channels], not [7]'],
    [conv1d(1, 3), [2, 5], 'conv1d: a kernel of 3 does not fit into a sequence of [2, 5]'],
    [conv1d(1, 3, 'relu', { dilation: 2 }), [4, 5], 'conv1d: a kernel of 3, dilated by 2, does not fit into a sequence of [4, 5]'],
    [maxPool1d(3), [2, 5], 'maxPool1d: a kernel of 3 does not fit into a sequence of [2, 5]'],
    [conv1d(3, 3, 'relu', { groups: 3 }), [9, 5], 'conv1d: 5 channels cannot be divided into 3 groups of one size'],
    [convTranspose1d(1, 1, 'relu', { padding: 2 }), [3, 5], 'convTranspose1d: a kernel of 1 with padding 2 leaves no output of [3, 5]'],
  ] as [Layer, number[], string][])('%o of %j: %s', (layer, input, message) => {
    expect(() => layer.outputShape(input)).toThrow(ShapeError);
    expect(() => layer.outputShape(input)).toThrow(message);
  }); // prettier-ignore
});
