import { describe, it } from 'vitest';
import { activationNames } from '../../src/kernels/activation.ts';
import { conv2d, convTranspose2d } from '../../src/kernels/conv2d.ts';
import { slide, unslide } from '../../src/kernels/window.ts';
import { conv2d as reference, convTranspose2d as transposedReference } from '../reference/conv2d.ts';
import { randomCase, sizes } from '../support/convolutions.ts';
import { catchGpuErrors, sharedGpu, smallTiles, withoutFeatures } from '../support/gpu.ts';
import { checkGradient } from '../support/gradient.ts';
import { Draw } from '../support/random.ts';

import { checkGradients, checkValues, eachAxis, kinds, usual } from '../support/convolution-checks.ts';

catchGpuErrors();

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  it.each([
    ['large tiles', sharedGpu],
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
    await checkGradients(kind, casesOf(draw), draw);
  });
});

describe.each(activationNames)('with %s', (activation) => {
  it('two convolutions and a transposed one, each folding the slope of the one before into its gradient', async () => {
    const gpu = await smallTiles();
    const draw = new Draw(3);
    const options = { kernel: [3, 3], stride: 2, padding: 'same' } as const;
    const first = slide('test', [6, 5, 1], options);
    const second = slide('test', [...first.places, 4], { ...options, stride: 1 });
    const third = unslide('test', [...second.places, 5], 2, options);
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
