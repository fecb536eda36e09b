import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/errors.ts';
import { classBias } from '../../src/kernels/class-bias.ts';
import { add } from '../../src/kernels/elementwise.ts';
import { classBias as reference } from '../reference/class-bias.ts';
import { drawn, expectClassBias, type Sizes } from '../support/class-biases.ts';
import { checkGradient } from '../support/gradient.ts';
import { recording } from '../support/run.ts';

describe('a bias for each class', () => {
  // Each is a pipeline of its own: class-bias.long.test.ts has more.
  it.each<[string, Sizes]>([
    ['one of each', { rows: 1, places: 1, units: 1, classes: 2, samples: 1 }],
    ['an odd number of units', { rows: 5, places: 1, units: 3, classes: 4, samples: 1 }],
    ['a row more than a strip', { rows: 65, places: 1, units: 5, classes: 10, samples: 1 }],
    ['images of more places than a strip has rows', { rows: 2, places: 81, units: 3, classes: 5, samples: 1 }],
    ['several rows of images for each label', { rows: 66, places: 2, units: 3, classes: 3, samples: 2 }],
  ])('fits float64, and so does its gradient: %s', (name, sizes) => expectClassBias(name, sizes));

  it('adds its gradients to existing ones', async () => {
    const { gpu, memory } = await recording();
    const sizes = { rows: 66, places: 2, units: 4, classes: 3, samples: 1 };
    const { z, bias, labels } = drawn(sizes);
    const told = memory.put(labels, [labels.length, 1]);
    const other = labels.map((label) => (label + 1) % 3);
    const toldOther = memory.put(other, [labels.length, 1]);
    const layout = { across: 8, units: 4, samples: 1 };
    await checkGradient(gpu, {
      inputs: [z, bias],
      build: (tape, z, bias) => add(tape, classBias(tape, z, bias, told), classBias(tape, z, bias, toldOther)),
      reference: (z, bias) => {
        const second = reference(z, bias, other, layout);
        return reference(z, bias, labels, layout).map((value, i) => value + second[i]);
      },
    });
  });

  it('refuses incompatible shapes', async () => {
    const { tape } = await recording();
    const bias = tape.tensor([3, 4]);
    for (const [z, labels] of [
      [
        [6, 6],
        [6, 1],
      ],
      [
        [6, 4],
        [4, 1],
      ],
    ])
      expect(() => classBias(tape, tape.tensor(z), bias, tape.tensor(labels))).toThrow(ShapeError);
    expect(() => classBias(tape, tape.tensor([6, 4]), tape.tensor([12]), tape.tensor([6, 1]))).toThrow(ShapeError);
  });
});
