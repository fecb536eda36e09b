import { describe, expect, it } from 'vitest';
import {
  autoencoder,
  avgPool2d,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  maxPool2d,
  OptionError,
  reshape,
  ShapeError,
  upsample2d,
  type Layer,
} from '../../src/index.ts';
import { sharedGpu } from '../support/gpu.ts';

describe('layers over images', () => {
  const shapes: [string, Layer, number[], number[]][] = [
    ['conv2d', conv2d(5, 3), [8, 6, 2], [6, 4, 5]],
    ['conv2d, same', conv2d(5, [3, 2], 'relu', { stride: 2, padding: 'same' }), [7, 6, 2], [4, 3, 5]],
    ['conv2d, zeros around', conv2d(5, 3, 'relu', { stride: 2, padding: 1 }), [28, 28, 1], [14, 14, 5]],
    ['convTranspose2d', convTranspose2d(5, 3, 'relu', { stride: 2 }), [4, 3, 2], [9, 7, 5]],
    ['convTranspose2d, same', convTranspose2d(5, 3, 'relu', { stride: 2, padding: 'same' }), [7, 7, 64], [14, 14, 5]],
    [
      'convTranspose2d, PyTorch’s',
      convTranspose2d(5, 3, 'relu', { stride: 2, padding: 1, outputPadding: 1 }),
      [7, 7, 64],
      [14, 14, 5],
    ],
    ['conv2d, a stride for each axis', conv2d(5, 3, 'relu', { stride: [2, 1] }), [8, 6, 2], [3, 4, 5]],
    ['conv2d, dilated', conv2d(5, 3, 'relu', { dilation: [2, 1] }), [8, 6, 2], [4, 4, 5]],
    [
      'conv2d, depthwise, same',
      conv2d(4, 3, 'relu', { groups: 2, padding: 'same', dilation: 3 }),
      [8, 6, 2],
      [8, 6, 4],
    ],
    ['convTranspose2d, dilated', convTranspose2d(5, 3, 'relu', { dilation: [1, 2] }), [4, 3, 2], [6, 7, 5]],
    ['maxPool2d, padded by a number', maxPool2d(3, { stride: 2, padding: 1 }), [7, 6, 2], [4, 3, 2]],
    ['conv2d, a padding for each axis', conv2d(5, 3, 'relu', { padding: [1, 0] }), [8, 6, 2], [8, 4, 5]],
    [
      'conv2d, same, of width 1',
      conv2d(5, [7, 1], 'relu', { stride: [2, 1], padding: 'same' }),
      [289, 1, 2],
      [145, 1, 5],
    ],
    [
      'convTranspose2d, same, of width 1',
      convTranspose2d(5, [7, 1], 'relu', { stride: [2, 1], padding: 'same' }),
      [144, 1, 2],
      [288, 1, 5],
    ],
    [
      'convTranspose2d, PyTorch’s for each axis',
      convTranspose2d(5, 3, 'relu', { stride: [2, 3], padding: [1, 0], outputPadding: [1, 2] }),
      [7, 7, 64],
      [14, 23, 5],
    ],
    ['maxPool2d', maxPool2d(), [7, 6, 3], [3, 3, 3]],
    ['avgPool2d', avgPool2d(3, { stride: 2 }), [7, 6, 3], [3, 2, 3]],
    ['maxPool2d, its stride the window’s sides', maxPool2d([2, 1]), [7, 6, 3], [3, 6, 3]],
    ['maxPool2d, a stride for each axis', maxPool2d(3, { stride: [1, 2] }), [7, 7, 3], [5, 3, 3]],
    ['maxPool2d, same', maxPool2d(2, { padding: 'same' }), [7, 7, 3], [4, 4, 3]],
    ['upsample2d', upsample2d(3), [2, 4, 3], [6, 12, 3]],
    ['upsample2d, a factor for each axis', upsample2d([2, 1]), [2, 4, 3], [4, 4, 3]],
    ['flatten', flatten(), [2, 4, 3], [24]],
    ['reshape', reshape([4, 6]), [24], [4, 6]],
  ];
  it.each(shapes)('%s', (_, layer, from, to) => {
    expect(layer.outputShape(from)).toEqual(to);
  });

  it.each([
    ['conv2d', () => conv2d(0, 3), 'conv2d: filters'],
    ['a kernel of no side', () => conv2d(1, 0), 'conv2d: kernel'],
    [
      'a kernel of three sides',
      () => conv2d(1, [1, 2, 3] as never),
      'conv2d: kernel must be a number or [vertical, horizontal], not [1, 2, 3]',
    ],
    [
      'a stride of none along one axis',
      () => conv2d(1, 3, 'relu', { stride: [2, 0] }),
      'conv2d: stride, horizontal: 0 is not a whole number of at least 1',
    ],
    [
      'a stride for one axis',
      () => conv2d(1, 3, 'relu', { stride: [1] as never }),
      'conv2d: stride must be a number or [vertical, horizontal], not [1]',
    ],
    [
      'a stride for three axes',
      () => convTranspose2d(1, 3, 'relu', { stride: [1, 2, 3] as never }),
      'convTranspose2d: stride must be a number or [vertical, horizontal], not [1, 2, 3]',
    ],
    [
      'a stride that is no whole number',
      () => conv2d(1, 3, 'relu', { stride: 1.5 }),
      'conv2d: stride: 1.5 is not a whole number of at least 1',
    ],
    [
      'a stride of a pool that is no whole number down',
      () => maxPool2d(2, { stride: [1.5, 1] }),
      'maxPool2d: stride, vertical: 1.5 is not a whole number of at least 1',
    ],
    [
      'a padding below zero along one axis',
      () => conv2d(1, 3, 'relu', { padding: [0, -1] }),
      'conv2d: padding, horizontal: -1 is not a whole number of at least 0',
    ],
    [
      'an outputPadding as large as the stride along one axis',
      () => convTranspose2d(1, 3, 'relu', { stride: [2, 1], padding: 1, outputPadding: 1 }),
      'convTranspose2d: outputPadding, horizontal: 1 is not a whole number of at least 0 and at most 0',
    ],
    [
      'a factor of none along one axis',
      () => upsample2d([0, 2]),
      'upsample2d: factor, vertical: 0 is not a whole number of at least 1',
    ],
    ['an activation that is none', () => conv2d(1, 3, 'reluu' as never), "conv2d: there is no activation 'reluu'"],
    [
      'a padding that is none',
      () => conv2d(1, 3, 'relu', { padding: 'full' as never }),
      `conv2d: padding must be 'same', 'valid' or a number, not 'full'`,
    ],
    ['an option that is none', () => convTranspose2d(1, 3, 'relu', { strides: 2 } as never), 'strides'],
    [
      'outputPadding without padding',
      () => convTranspose2d(1, 3, 'relu', { stride: 2, outputPadding: 1 }),
      'convTranspose2d: outputPadding needs a padding in numbers',
    ],
    [
      'groups that the filters are no multiple of',
      () => conv2d(4, 3, 'relu', { groups: 3 }),
      'conv2d: 4 filters cannot be divided into 3 groups of one size',
    ],
    ['taps that do not lie apart', () => conv2d(4, 3, 'relu', { dilation: 0 }), 'conv2d: dilation'],
    ['a padding of more than half of a pool', () => maxPool2d([2, 3], { padding: 2 }), 'maxPool2d: padding: 2 is not'],
    ['a pool of none', () => maxPool2d(0), 'maxPool2d: window'],
    ['a factor of none', () => upsample2d(0), 'upsample2d: factor'],
    [
      'an interpolation that is none',
      () => upsample2d(2, 'cubic' as never),
      "upsample2d: the interpolation must be 'nearest' or 'bilinear', not 'cubic'",
    ],
    ['a shape of none', () => reshape([]), 'reshape: takes a shape'],
  ])('refuse %s', (_, make, message) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });

  it('refuse inputs that are not images, and shapes of another size', () => {
    expect(() => conv2d(1, 3).outputShape([784])).toThrow(
      'conv2d: takes images of [height, width, channels], not [784]',
    );
    expect(() => maxPool2d().outputShape([784])).toThrow(ShapeError);
    expect(() => conv2d(6, 3, 'relu', { groups: 3 }).outputShape([5, 5, 4])).toThrow(
      'conv2d: 4 channels cannot be divided into 3 groups of one size',
    );
    expect(() => reshape([4, 4, 1]).outputShape([17])).toThrow(
      'reshape: [17] does not hold as many values as [4, 4, 1]',
    );
    expect(() => dense(3).outputShape([2, 2, 1])).toThrow(ShapeError);
  });

  it('a decoder with another output shape than the input is refused with the shape of every layer', async () => {
    const made = autoencoder(await sharedGpu(), {
      input: [28, 28, 1],
      encoder: [conv2d(4, 3), maxPool2d(2)],
      decoder: [upsample2d(2), conv2d(1, 3, 'sigmoid')],
      loss: 'bce',
    });
    await expect(made).rejects.toThrow(ShapeError);
    await expect(made).rejects.toThrow(
      /ends in \[24, 24, 1\], the input is \[28, 28, 1\][^]*maxPool2d[^]*\[13, 13, 4\]/,
    );
  });
});
