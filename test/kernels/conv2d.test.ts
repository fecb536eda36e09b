import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { conv2d, convTranspose2d } from '../../src/kernels/conv2d.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { windowOver, transposedWindow } from '../../src/kernels/window.ts';
import { sizeOf } from '../../src/runtime/tensor.ts';
import { conv2d as reference, convTranspose2d as transposedReference, convWeights } from '../reference/conv2d.ts';
import { expectClose } from '../support/close.ts';
import { sizes } from '../support/convolutions.ts';
import { smallTiles } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { bound } from '../support/products.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';
import { checkGradients, checkValues, dilated, eachAxis, fixed, kinds, usual } from '../support/convolution-checks.ts';

const strided = {
  batch: 2,
  filters: 5,
  window: windowOver('test', [7, 6, 3], { kernel: [3, 2], stride: [2, 1], padding: [1, 0] }),
};
/** The smallest, a single filter, and a stride for each axis with channels off 4. */
const few = [usual[0], usual[8], strided];
/** Whole vec4s, none, of the filters alone with strides, and a single filter. */
const fewDilated = [dilated[0], dilated[1], dilated[3], dilated[5]];

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  it('fits float64 with small tiles', async () =>
    checkValues(await smallTiles(), kind, [...usual.slice(0, 9), ...eachAxis.slice(3, 6)], new Draw(1)));

  it('fits float64 with dilation', async () => checkValues(await smallTiles(), kind, fewDilated, new Draw(8)));

  it('has the right gradients', async () => checkGradients([await smallTiles()], kind, few, new Draw(2)));

  it('has the right gradients with dilation', async () =>
    checkGradients([await smallTiles()], kind, [dilated[3]], new Draw(3)));
});

it('adds its gradients to others', async () => {
  const draw = new Draw(4);
  const { batch, filters, window } = strided;
  await checkGradient(await smallTiles(), {
    inputs: [
      { values: draw.floats(sizes(strided).x), shape: [batch, sizes(strided).x / batch] },
      { values: draw.floats(sizes(strided).weights), shape: sizes(strided).w },
    ],
    build: (tape, x, w) =>
      add(tape, convTranspose2d(tape, conv2d(tape, x, w, undefined, window), w, undefined, window), x),
    reference: (x, w) =>
      transposedReference(reference(x, w, undefined, filters, window).y, w, undefined, filters, window).y.map(
        (v, i) => v + x[i],
      ),
    relative: 1e-5,
  });
});

it('adds the gradients of a single filter to others, for a batch of one image without other sums', async () => {
  const draw = new Draw(5);
  const window = windowOver('test', [4, 5, 4], { kernel: [3, 3], stride: 1, padding: 'same' });
  await checkGradient(await smallTiles(), {
    inputs: [
      { values: draw.floats(80), shape: [1, 80] },
      { values: draw.floats(9 * 4), shape: [1, 3, 3, 4] },
    ],
    build: (tape, x, w) => add(tape, conv2d(tape, x, w, undefined, window), conv2d(tape, x, w, undefined, window)),
    reference: (x, w) => reference(x, w, undefined, 1, window).y.map((v) => 2 * v),
    relative: 1e-5,
  });
});

// The batch is cut into parts of two images, with sums of their own.
it.each([
  ['several filters', fixed([2, 3, 4], 2, 1, 'valid', 4, 65)],
  ['a single filter', fixed([3, 3, 4], 2, 1, 'valid', 1, 129)],
])('a last part of one image has no other in the gradient of %s', async (_, { batch, filters, window }) => {
  const draw = new Draw(6);
  const each = { batch, filters, window };
  const [x, w, dy] = [draw.floats(sizes(each).x), draw.floats(sizes(each).weights), draw.floats(sizes(each).y)];
  const { memory, tape } = await recording();
  const weights = memory.put(w, sizes(each).w);
  const y = conv2d(tape, memory.put(x, [batch, x.length / batch]), weights, undefined, window);
  tape.differentiate(y, memory.put(dy, y.shape));
  const [dw] = await run(tape, [tape.grad(weights)]);
  const wanted = convWeights(dy, x, filters, window);
  expectClose(dw, wanted.y, (i) => bound(batch * 2, wanted.magnitude[i]));
});

describe('the places of a window', () => {
  const options = { kernel: [3, 3], stride: 2, padding: 'same' } as const;

  it.each([
    [{ ...options }, [14, 14], [0, 0]],
    [{ ...options, stride: 1 }, [28, 28], [1, 1]],
    [{ ...options, padding: 'valid' }, [13, 13], [0, 0]],
    [{ ...options, padding: 1 }, [14, 14], [1, 1]],
    [{ ...options, kernel: [5, 1] }, [14, 14], [1, 0]],
    [{ ...options, stride: [2, 1] }, [14, 28], [0, 1]],
    [{ ...options, stride: [1, 3] }, [28, 10], [1, 1]],
    [{ ...options, stride: [3, 2], padding: 'valid' }, [9, 13], [0, 0]],
    [{ ...options, padding: [1, 0] }, [14, 13], [1, 0]],
    [{ ...options, stride: 1, dilation: 3 }, [28, 28], [3, 3]],
    [{ ...options, dilation: [2, 4] }, [14, 14], [1, 3]],
    [{ ...options, padding: 'valid', dilation: [1, 5] }, [13, 9], [0, 0]],
    [{ ...options, padding: [1, 2], dilation: [3, 2] }, [12, 14], [1, 2]],
  ] as const)('%j over 28 × 28', (given, outputSize, before) => {
    expect(windowOver('test', [28, 28, 1], given)).toMatchObject({ outputSize, before });
  });

  it.each([
    [{ ...options }, [14, 14, 5], [0, 0]],
    [{ ...options, padding: 'valid' }, [15, 15, 5], [0, 0]],
    [{ ...options, padding: 1 }, [13, 13, 5], [1, 1]],
    [{ ...options, padding: 1, extra: 1 }, [14, 14, 5], [1, 1]],
    [{ ...options, stride: 1 }, [7, 7, 5], [1, 1]],
    [{ ...options, stride: [2, 1] }, [14, 7, 5], [0, 1]],
    [{ ...options, stride: [1, 3], padding: 'valid' }, [9, 21, 5], [0, 0]],
    [{ ...options, padding: [1, 0], extra: [1, 0] }, [14, 15, 5], [1, 0]],
    [{ ...options, dilation: [2, 3] }, [14, 14, 5], [1, 2]],
    [{ ...options, padding: 'valid', dilation: 2 }, [17, 17, 5], [0, 0]],
    [{ ...options, padding: [3, 1], dilation: [3, 1], extra: [2, 1] }, [15, 14, 5], [3, 1]],
  ] as const)('transposed, %j from 7 × 7', (given, image, before) => {
    const window = transposedWindow('test', [7, 7, 3], 5, given);
    expect(window).toMatchObject({ image, before, outputSize: [7, 7] });
  });

  it.each([1, 2, 3, 5])('keep a width of 1 if only the height has a stride, %i', (stride) => {
    const given = { kernel: [7, 1], stride: [stride, 1], padding: 'same' } as const;
    const down = windowOver('test', [60, 1, 3], given);
    expect(down).toMatchObject({ outputSize: [60 / stride, 1], before: [expect.any(Number), 0] });
    expect(transposedWindow('test', [60 / stride, 1, 2], 3, given)).toMatchObject({ image: [60, 1, 3] });
  });

  it('do not exist if the kernel is larger than the image', () => {
    expect(() => windowOver('conv2d', [2, 5, 1], { kernel: [3, 3], stride: 1, padding: 'valid' })).toThrow(
      'conv2d: a kernel of [3, 3] does not fit into an image of [2, 5, 1]',
    );
    expect(() =>
      windowOver('conv2d', [4, 5, 1], { kernel: [3, 1], stride: 1, padding: 'valid', dilation: [2, 1] }),
    ).toThrow('conv2d: a kernel of [3, 1], dilated by [2, 1], does not fit into an image of [4, 5, 1]');
    expect(() => transposedWindow('convTranspose2d', [1, 1, 1], 1, { kernel: [1, 1], stride: 1, padding: 1 })).toThrow(
      ShapeError,
    );
    expect(() =>
      transposedWindow('convTranspose2d', [9, 1, 1], 1, { kernel: [1, 1], stride: 1, padding: [0, 1] }),
    ).toThrow('convTranspose2d: a kernel of [1, 1] with padding [0, 1] leaves no output of [9, 1, 1]');
  });
});

it('names both sides if weights, bias or rows do not fit', async () => {
  const { memory, tape } = await recording();
  const window = windowOver('test', [4, 4, 2], { kernel: [3, 3], stride: 1, padding: 'same' });
  const put = (shape: number[]) => memory.put(new Float32Array(sizeOf(shape)), shape);
  expect(() => conv2d(tape, put([3, 31]), put([5, 3, 3, 2]), undefined, window)).toThrow(
    'conv2d: takes rows of [4, 4, 2], not [3, 31]',
  );
  expect(() => conv2d(tape, put([3, 32]), put([5, 3, 3, 1]), undefined, window)).toThrow(
    'conv2d: weights of [5, 3, 3, 1] do not fit a kernel of [3, 3] over 2 channels',
  );
  expect(() => conv2d(tape, put([3, 32]), put([5, 3, 3, 2]), put([4]), window)).toThrow(
    'conv2d: 5 output channels, but the bias is [4]',
  );
});
