import type { Gpu } from '../../src/runtime/device.ts';
import { conv2d, convTranspose2d } from '../../src/kernels/conv2d.ts';
import { windowOver, type Padding } from '../../src/kernels/window.ts';
import { conv2d as reference, convTranspose2d as transposedReference } from '../reference/conv2d.ts';
import { expectClose } from './close.ts';
import { nameOf, sizes, type Case } from './convolutions.ts';
import { checkGradient } from './gradient.ts';
import { bound } from './products.ts';
import type { Draw } from './random.ts';
import { recording, run } from './run.ts';

export const fixed = (
  image: [number, number, number],
  side: number,
  stride: number,
  padding: Padding,
  filters: number,
  batch = 2,
): Case => ({
  batch,
  filters,
  window: windowOver('test', image, { kernel: [side, side], stride, padding }),
});

/** Shapes that models have, and the smallest. */
export const usual: Case[] = [
  fixed([1, 1, 1], 1, 1, 'valid', 1, 1),
  fixed([8, 8, 1], 3, 1, 'same', 16),
  fixed([8, 8, 16], 3, 2, 'same', 8),
  fixed([7, 7, 8], 3, 1, 'same', 32),
  fixed([6, 6, 12], 1, 1, 'valid', 20),
  fixed([9, 9, 4], 4, 2, 1, 1),
  fixed([10, 6, 3], 5, 3, 2, 5, 3),
  // A single filter of stride 1 over whole vec4s has kernels of its own: sides that are blocks and others, kernels up to 5 × 5, more examples than parts.
  fixed([8, 8, 16], 3, 1, 'same', 1),
  fixed([5, 9, 4], 3, 1, 'valid', 1, 3),
  fixed([6, 7, 8], 5, 1, 'same', 1),
  fixed([3, 2, 4], 2, 1, 2, 1),
  fixed([4, 3, 4], 1, 1, 'valid', 1, 130),
  fixed([7, 7, 4], 6, 1, 'same', 1),
];

/** Strides of their own for each axis, over sides of 1, odd ones and some past a tile, for few channels and for whole vec4s. */
export const eachAxis: Case[] = ([[2, 1], [1, 3], [3, 2]] as const).flatMap((stride, s) =>
  ([[9, 1, 1, 2], [1, 10, 2, 3], [9, 1, 3, 1], [7, 5, 4, 1], [5, 6, 5, 1], [12, 13, 8, 20], [9, 10, 3, 18]] as const).map(
    ([height, width, channels, filters], i) => ({
      batch: 1 + (i % 2),
      filters,
      window: windowOver('test', [height, width, channels], {
        kernel: [Math.min(height, 1 + ((s + i) % 4)), Math.min(width, 1 + ((s + 2 * i) % 3))],
        stride,
        padding: (['same', 'valid', [1, 0], [0, 2]] as const)[(s + i) % 4],
      }),
    }),
  ),
); // prettier-ignore

/** Taps that lie apart, with strides that have a divisor in common with that and others, for few channels and for whole vec4s. */
export const dilated: Case[] = ([
  [[9, 8, 4], 8, { kernel: [3, 3], stride: 1, padding: 'same', dilation: 2 }],
  [[7, 9, 3], 5, { kernel: [3, 2], stride: 1, padding: 2, dilation: [2, 3] }],
  [[12, 11, 8], 7, { kernel: [2, 3], stride: [2, 3], padding: [1, 4], dilation: [2, 3] }],
  [[11, 13, 2], 4, { kernel: [4, 3], stride: [4, 2], padding: 'same', dilation: [2, 3] }],
  [[10, 9, 5], 3, { kernel: [3, 3], stride: [2, 3], padding: 'same', dilation: [4, 2] }],
  [[9, 9, 4], 1, { kernel: [3, 3], stride: 1, padding: 'same', dilation: [1, 2] }],
  [[17, 1, 12], 20, { kernel: [5, 1], stride: 1, padding: [8, 0], dilation: [4, 1] }],
] as const).map(([image, filters, options], i) => ({ batch: 1 + (i % 3), filters, window: windowOver('test', image, options) })); // prettier-ignore

/** Kernel and reference, with the sides of what goes in and of the bias. */
export const kinds = {
  conv2d: { kernel: conv2d, reference, input: (each: Case) => sizes(each).x, outputs: ({ filters }: Case) => filters },
  convTranspose2d: {
    kernel: convTranspose2d,
    reference: transposedReference,
    input: (each: Case) => sizes(each).y,
    outputs: ({ window }: Case) => window.image[2],
  },
};

export type Kind = (typeof kinds)[keyof typeof kinds];

/** The values of all cases, recorded on one tape: pipelines compile side by side. */
export async function checkValues(
  gpu: Gpu,
  { kernel, reference, input, outputs }: Kind,
  cases: readonly Case[],
  draw: Draw,
) {
  const { memory, tape } = await recording(undefined, gpu);
  const recorded = cases.map((each) => {
    const { batch, filters, window } = each;
    const [x, w, bias] = [draw.floats(input(each)), draw.floats(sizes(each).weights), draw.floats(outputs(each))];
    const given = memory.put(x, [batch, x.length / batch]);
    const y = kernel(tape, given, memory.put(w, sizes(each).w), memory.put(bias), window);
    return { each, y, wanted: reference(x, w, bias, filters, window) };
  });
  const ys = recorded.map(({ y }) => y);
  const results = await run(tape, ys);
  recorded.forEach(({ each, wanted: { y, magnitude } }, i) =>
    expectClose(results[i], y, (at) => bound(sizes(each).weights, magnitude[at]), nameOf(each)),
  );
}

/** The gradients of each case, on the next of these devices. */
export async function checkGradients(
  gpus: readonly Gpu[],
  { kernel, reference, input, outputs }: Kind,
  cases: readonly Case[],
  draw: Draw,
) {
  for (const [i, each] of cases.entries()) {
    const { batch, filters, window } = each;
    await checkGradient(gpus[i % gpus.length], {
      inputs: [
        { values: draw.floats(input(each)), shape: [batch, input(each) / batch] },
        { values: draw.floats(sizes(each).weights), shape: sizes(each).w },
        { values: draw.floats(outputs(each)), shape: [outputs(each)] },
      ],
      build: (tape, x, w, bias) => kernel(tape, x, w, bias, window),
      reference: (x, w, bias) => reference(x, w, bias, filters, window).y,
      relative: 1e-5,
      name: nameOf(each),
    });
  }
}
