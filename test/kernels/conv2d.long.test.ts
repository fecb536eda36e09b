import { describe, expect, it } from 'vitest';
import { activationNames } from '../../src/kernels/activation.ts';
import { conv2d, convTranspose2d } from '../../src/kernels/conv2d.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { windowOver, transposedWindow } from '../../src/kernels/window.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { conv2d as reference, convTranspose2d as transposedReference, convWeights } from '../reference/conv2d.ts';
import { matmul } from '../reference/matmul.ts';
import { expectClose } from '../support/close.ts';
import { nameOf, randomCase, sizes, type Case } from '../support/convolutions.ts';
import { sharedGpu, smallTiles, withoutFeatures } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { bound } from '../support/products.ts';
import { Draw } from '../support/random.ts';
import { run, recording } from '../support/run.ts';
import { takenFor } from '../support/taken-for.ts';
import { checkGradients, checkValues, dilated, eachAxis, fixed, kinds, usual } from '../support/convolution-checks.ts';

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  it.each([
    ['large tiles', () => takenFor(true)],
    ['small tiles', smallTiles],
    ['no features', withoutFeatures],
  ])('fits float64 with %s', async (_, open) => {
    const draw = new Draw(1);
    const cases = [...usual, ...eachAxis, ...Array.from({ length: 40 }, () => randomCase(draw))];
    await checkValues(await open(), kind, cases, draw);
  });

  it.each([
    [
      '',
      (draw: Draw) => [
        ...usual.filter((each) => sizes(each).x < 2000),
        ...Array.from({ length: 16 }, () => randomCase(draw)),
      ],
    ],
    [' with a stride for each axis', () => eachAxis.filter((each) => sizes(each).x * sizes(each).weights < 8000)],
  ])('has the right gradients%s', async (_, casesOf) => {
    const draw = new Draw(2);
    await checkGradients([await takenFor(true), await smallTiles()], kind, casesOf(draw), draw);
  });

  it.each([
    ['large tiles', () => takenFor(true)],
    ['small tiles', smallTiles],
  ])('fits float64 with dilation, with %s', async (_, open) => checkValues(await open(), kind, dilated, new Draw(9)));

  it('has the right gradients with dilation', async () =>
    checkGradients([await takenFor(true), await smallTiles()], kind, dilated.slice(0, 6), new Draw(3)));
});

describe.each(activationNames)('with %s', (activation) => {
  it('two convolutions and a transposed one, each including the slope of the one before in its gradient', async () => {
    const gpu = await smallTiles();
    const draw = new Draw(3);
    const options = { kernel: [3, 3], stride: 2, padding: 'same' } as const;
    const first = windowOver('test', [6, 5, 1], options);
    const second = windowOver('test', [...first.outputSize, 4], { ...options, stride: 1 });
    const third = transposedWindow('test', [...second.outputSize, 5], 2, options);
    await checkGradient(gpu, {
      inputs: [
        { values: draw.floats(2 * 30), shape: [2, 30] },
        { values: draw.floats(4 * 9), shape: [4, 3, 3, 1] },
        { values: draw.floats(4), shape: [4] },
        { values: draw.floats(5 * 9 * 4), shape: [5, 3, 3, 4] },
        { values: draw.floats(5 * 9 * 2), shape: [5, 3, 3, 2] },
        { values: draw.floats(2), shape: [2] },
      ],
      build: (tape, x, w1, bias1, w2, w3, bias3) =>
        convTranspose2d(
          tape,
          conv2d(tape, conv2d(tape, x, w1, bias1, first, activation), w2, undefined, second, activation),
          w3,
          bias3,
          third,
          activation,
        ),
      reference: (x, w1, bias1, w2, w3, bias3) =>
        transposedReference(
          reference(reference(x, w1, bias1, 4, first, activation).y, w2, undefined, 5, second, activation).y,
          w3,
          bias3,
          5,
          third,
          activation,
        ).y,
      relative: 1e-5,
    });
  });
});

describe('tilings that split their sums', () => {
  /** Takes the split way of whatever has one, as for a GPU, and the last of a single filter's others. */
  const splitting = async (): Promise<Gpu> => {
    const { device } = await sharedGpu();
    const info = { vendor: 'test', architecture: 'test', description: '', isFallback: false };
    const gpu = new Gpu(device, info, false, 'fixed');
    gpu.tuner.first = async ({ kernel, ways }) =>
      ways.find((way) => way.includes('split')) ?? ways.at(kernel.includes('one filter') ? -1 : 0)!;
    return gpu;
  };

  // Channels and filters of whole vec4s and others, more than one stretch, strides, a kernel larger than the image, units that not all have as many of.
  const cases: Case[] = [
    fixed([4, 4, 8], 3, 1, 'same', 8, 3),
    fixed([5, 7, 20], 3, 2, 'same', 36, 2),
    fixed([7, 6, 3], 5, 2, 1, 5, 3),
    fixed([6, 6, 36], 1, 1, 'valid', 20, 1),
    fixed([3, 2, 4], 4, 1, 'same', 6, 67),
    fixed([8, 8, 16], 3, 1, 'same', 1, 5),
    {
      batch: 2,
      filters: 7,
      window: windowOver('test', [9, 4, 8], { kernel: [3, 2], stride: [2, 1], padding: [1, 0] }),
    },
    {
      batch: 3,
      filters: 6,
      window: windowOver('test', [7, 6, 8], { kernel: [3, 3], stride: [2, 1], padding: 2, dilation: 2 }),
    },
  ];

  it('fit float64, and add to an existing gradient', async () => {
    const { gpu, memory, tape } = await recording(undefined, await splitting());
    const draw = new Draw(7);
    const recorded = cases.map((each) => {
      const { batch, filters, window } = each;
      const [x, w, bias, dy] = [sizes(each).x, sizes(each).weights, filters, sizes(each).y].map((n) => draw.floats(n));
      const put = [memory.put(x, [batch, x.length / batch]), memory.put(w, sizes(each).w), memory.put(bias)] as const;
      const y = conv2d(tape, ...put, window);
      const [own, once] = [makeTape(gpu), memory.put(dy, y.shape)];
      const twice = [conv2d(own, ...put, window), conv2d(own, ...put, window)];
      own.differentiate(add(own, twice[0], twice[1]), once);
      return { each, x, w, bias, dy, y, own, gradients: put.map((tensor) => own.grad(tensor)) };
    });
    const used = new Set<string>();
    const ys = recorded.map(({ y }) => y);
    const forward = await run(tape, ys);
    const back = await Promise.all(recorded.map(({ own, gradients }) => run(own, gradients)));
    for (const [i, { each, x, w, bias, dy, own }] of recorded.entries()) {
      const { filters, window } = each;
      const name = nameOf(each);
      for (const { choice } of own.dispatches)
        if (choice?.ways.some((way) => way.includes('split'))) used.add(choice.kernel);
      const close = (actual: ArrayLike<number>, { y, magnitude }: ReturnType<typeof reference>, terms: number, times: number, what: string) =>
        expectClose(actual, y.map((v) => times * v), (at) => bound(terms, times * magnitude[at]), `${name}: ${what}`); // prettier-ignore
      const [dx, dw, dbias] = back[i];
      close(forward[i], reference(x, w, bias, filters, window), w.length / filters + 1, 1, 'y');
      close(dx, transposedReference(dy, w, undefined, filters, window), (w.length / window.image[2]) * 2, 2, 'dx');
      close(dw, convWeights(dy, x, filters, window), (dy.length / filters) * 2, 2, 'dw');
      const ones = new Float32Array(dy.length / filters).fill(1);
      close(dbias, matmul(ones, dy, { m: 1, n: filters, k: ones.length }), ones.length * 2, 2, 'dbias');
    }
    expect([...used].sort()).toEqual([
      'conv2d',
      'conv2d of one filter, weights',
      'conv2d transposed',
      'conv2d weights',
    ]);
  });

  it('are for GPUs and never come first', async () => {
    for (const [gpu, some] of [
      [await splitting(), true],
      [await takenFor(true), false],
    ] as const) {
      const { memory, tape } = await recording(undefined, gpu);
      const { batch, filters, window } = cases[0];
      const y = conv2d(tape, memory.put(new Float32Array(sizes(cases[0]).x), [batch, 128]), memory.put(new Float32Array(576), sizes(cases[0]).w), memory.put(new Float32Array(filters)), window); // prettier-ignore
      tape.differentiate(y, memory.put(new Float32Array(y.size), y.shape));
      const ways = tape.dispatches.flatMap(({ choice }) => (choice ? [choice.ways] : []));
      expect(ways).toHaveLength(3);
      for (const each of ways) {
        expect(each.some((way) => way.includes('split'))).toBe(some);
        expect(each[0]).not.toMatch(/split|one by one/);
      }
    }
  });
});
