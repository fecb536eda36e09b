import { expect, it } from 'vitest';
import { activate } from '../../src/kernels/activation.ts';
import { groupedConv2d } from '../../src/kernels/conv2d-grouped.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { windowOver, type WindowOptions } from '../../src/kernels/window.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { sizeOf } from '../../src/runtime/tensor.ts';
import { activations } from '../reference/activation.ts';
import { groupedConv2d as reference, groupedGradients } from '../reference/conv2d.ts';
import { matmul } from '../reference/matmul.ts';
import { expectClose } from '../support/close.ts';
import { sharedGpu } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { bound } from '../support/products.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';

interface Case {
  image: [number, number, number];
  filters: number;
  groups: number;
  window: WindowOptions;
  batch: number;
}

const of = (
  image: [number, number, number],
  filters: number,
  groups: number,
  side: number | [number, number],
  options: Partial<WindowOptions> = {},
  batch = 2,
): Case => ({
  image,
  filters,
  groups,
  batch,
  window: { kernel: typeof side === 'number' ? [side, side] : side, stride: 1, padding: 'same', ...options },
});

/** Depthwise by fours and not, with one filter a channel, with several, and groups of several channels; the smallest, odd sides, strides, dilations, past a workgroup. */
const cases: Case[] = [
  of([1, 1, 1], 1, 1, 1),
  of([6, 7, 4], 4, 4, 3),
  of([9, 10, 8], 8, 8, 3, { stride: 2 }),
  of([7, 5, 8], 8, 8, [5, 2], { padding: 'valid' }, 3),
  of([5, 6, 3], 3, 3, 3, { padding: 1 }),
  of([6, 5, 3], 12, 3, 3, { stride: [2, 1] }),
  of([6, 5, 4], 8, 4, 2, { padding: 'valid' }),
  of([5, 5, 6], 6, 2, 3),
  of([8, 7, 6], 8, 2, [2, 3], { stride: [1, 2], padding: [1, 2] }, 1),
  of([11, 10, 4], 4, 4, 3, { stride: [2, 3], dilation: [2, 3], padding: 3 }),
  of([9, 8, 5], 10, 5, 3, { stride: 4, dilation: 2 }),
  of([1, 23, 12], 16, 4, [1, 7], { dilation: [1, 3] }),
  of([17, 19, 4], 4, 4, [3, 5], {}, 5),
  of([1, 9, 4], 8, 4, [1, 3], {}, 1),
];

const name = ({ image, filters, groups, window, batch }: Case) =>
  `${batch} × [${image.join(', ')}] → ${filters} in ${groups}, ${JSON.stringify(window)}`;

/** What goes in, in the order of the kernel. */
const drawn = (draw: Draw, { image, filters, groups, window: { kernel }, batch }: Case) => {
  const sizes = [
    batch * image[0] * image[1] * image[2],
    (kernel[0] * kernel[1] * image[2] * filters) / groups,
    filters,
  ];
  const [x, w, bias] = sizes.map((size) => draw.floats(size));
  const shapes = [[batch, x.length / batch], [...kernel, image[2] / groups, filters], [filters]];
  return { x, w, bias, shapes };
};

it.each(cases.map((each) => [name(each), each] as const))('fits float64: %s', async (_, each) => {
  const { image, filters, groups, batch } = each;
  const window = windowOver('test', image, each.window);
  const draw = new Draw(filters + groups);
  const { x, w, bias, shapes } = drawn(draw, each);
  const { memory, tape } = await recording();
  const put = [x, w, bias].map((values, i) => memory.put(values, shapes[i]));
  const y = groupedConv2d(tape, put[0], put[1], put[2], window, groups);
  const dy = draw.floats(y.size);
  tape.differentiate(y, memory.put(dy, y.shape));
  const results = await run(tape, [y, ...put.map((tensor) => tape.grad(tensor))]);
  const places = batch * window.outputSize[0] * window.outputSize[1];
  const taps = window.kernel[0] * window.kernel[1];
  const { dx, dw } = groupedGradients(dy, x, w, filters, groups, window);
  const ones = new Float32Array(places).fill(1);
  const wanted = [
    [reference(x, w, bias, filters, groups, window), (taps * image[2]) / groups + 1],
    [dx, (taps * filters) / groups],
    [dw, places],
    [matmul(ones, dy, { m: 1, n: filters, k: places }), places],
  ] as const;
  wanted.forEach(([{ y: values, magnitude }, terms], i) =>
    expectClose(results[i], values, (at) => bound(terms, magnitude[at]), ['y', 'dx', 'dw', 'dbias'][i]),
  );
});

it.each(cases.slice(1, 11).map((each) => [name(each), each] as const))(
  'has the right gradients: %s',
  async (_, each) => {
    const { filters, groups } = each;
    const window = windowOver('test', each.image, each.window);
    const { x, w, bias, shapes } = drawn(new Draw(3), each);
    await checkGradient(await sharedGpu(), {
      inputs: [x, w, bias].map((values, i) => ({ values, shape: shapes[i] })),
      build: (tape, x, w, bias) => groupedConv2d(tape, x, w, bias, window, groups, 'tanh'),
      reference: (x, w, bias) => reference(x, w, bias, filters, groups, window, 'tanh').y,
      relative: 1e-5,
    });
  },
);

it.each([1, 5, 7, 13])(
  'includes the slope of the layer before, and adds its gradients to others, case %i',
  async (n) => {
    const each = cases[n];
    const window = windowOver('test', each.image, each.window);
    const { filters, groups } = each;
    const { x, w, shapes } = drawn(new Draw(5), each);
    await checkGradient(await sharedGpu(), {
      inputs: [x, w].map((values, i) => ({ values, shape: shapes[i] })),
      build(tape, x, w) {
        const [once, twice] = [activate(tape, x, 'sigmoid'), activate(tape, x, 'sigmoid')];
        return add(
          tape,
          groupedConv2d(tape, once, w, undefined, window, groups),
          groupedConv2d(tape, twice, w, undefined, window, groups, 'gelu'),
        );
      },
      reference(x, w) {
        const [linear, gelu] = (['linear', 'gelu'] as const).map(
          (f) => reference(x.map(activations.sigmoid.f), w, undefined, filters, groups, window, f).y,
        );
        return linear.map((value, i) => value + gelu[i]);
      },
      relative: 1e-5,
    });
  },
);

it('divides the places of many rows into parts, with a shorter last part', async () => {
  const each = of([5, 3, 4], 4, 4, 3, {}, 259);
  const window = windowOver('test', each.image, each.window);
  const draw = new Draw(6);
  const { x, w, shapes } = drawn(draw, each);
  const { memory, tape } = await recording();
  const put = [x, w].map((values, i) => memory.put(values, shapes[i]));
  const y = groupedConv2d(tape, put[0], put[1], undefined, window, 4);
  const dy = draw.floats(y.size);
  tape.differentiate(y, memory.put(dy, y.shape));
  const [dw] = await run(tape, [tape.grad(put[1])]);
  const wanted = groupedGradients(dy, x, w, 4, 4, window).dw;
  expectClose(dw, wanted.y, (i) => bound(y.size / 4, wanted.magnitude[i]));
});

it('uses several dispatches for very many multiply-adds', async () => {
  const { gpu, memory } = await recording();
  const shape = [2, 2, 2, 8] as const;
  const record = (rows: number, side: number) => {
    const tape = makeTape(gpu);
    const window = windowOver('test', [side, side, 4], { kernel: [2, 2], stride: 1, padding: 'same' });
    const x = tape.tensor([rows, side * side * 4]);
    groupedConv2d(tape, x, memory.put(new Float32Array(64), shape), undefined, window, 2);
    return tape.dispatches;
  };
  expect(record(2, 5)).toHaveLength(1);
  const many = record(16384, 128);
  expect(many.map(({ constants }) => constants.slice)).toEqual([0, 1]);
  // In fours of filters.
  expect(many[0].workgroups * 64 * 2).toBe(16384 * 128 * 128 * 2);
});

it('names both sides if weights, bias or rows do not fit', async () => {
  const { memory, tape } = await recording();
  const window = windowOver('test', [4, 4, 6], { kernel: [3, 3], stride: 1, padding: 'same' });
  const put = (...shape: number[]) => memory.put(new Float32Array(sizeOf(shape)), shape);
  expect(() => groupedConv2d(tape, put(3, 31), put(3, 3, 2, 9), undefined, window, 3)).toThrow(
    'conv2d: takes rows of [4, 4, 6], not [3, 31]',
  );
  expect(() => groupedConv2d(tape, put(3, 96), put(3, 3, 3, 9), undefined, window, 3)).toThrow(
    'conv2d: weights of [3, 3, 3, 9] do not fit a kernel of [3, 3] over 6 channels in 3 groups',
  );
  expect(() => groupedConv2d(tape, put(3, 96), put(3, 3, 2, 10), undefined, window, 3)).toThrow(
    'conv2d: weights of [3, 3, 2, 10] do not fit a kernel of [3, 3] over 6 channels in 3 groups',
  );
  expect(() => groupedConv2d(tape, put(3, 96), put(3, 3, 2, 9), put(4), window, 3)).toThrow(
    'conv2d: 9 output channels, but the bias is [4]',
  );
});
