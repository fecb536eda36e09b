import { drawSides } from '../pictures/sides.ts';
import type { AnySubject } from '../subject.ts';
import type { Figure, Trained } from './figure.ts';

/** The losses of a model and of the discriminator that is trained against it. */
export async function sides({ epochs, stages, stepsPerEpoch, testLosses }: Trained<AnySubject>): Promise<Figure> {
  const generating = testLosses.generator !== undefined;
  const own = generating ? 'generator' : 'adversary';
  const line = (name: string, key: 'generator' | 'adversary' | 'discriminator', color: 'first' | 'second') => ({
    name,
    values: epochs.map((epoch) => epoch[key]!),
    test: testLosses[key]!,
    color,
  });
  const title = 'Losses of both sides';
  const chart = {
    title,
    unit: 'nats',
    lines: [
      line(generating ? 'generator' : 'the model', own, 'first'),
      line('discriminator', 'discriminator', 'second'),
    ],
    level: { name: 'cannot tell', value: Math.LN2 },
    epochs: (stages.at(-1)?.steps.length ?? 0) / stepsPerEpoch,
  };
  return {
    name: 'sides',
    title,
    caption:
      `What ${generating ? 'the generator' : 'the model'} pays for being found out${generating ? '' : ', the adversary’s part of its loss'}, and what the discriminator pays for its mistakes: means over each epoch, and at the right end on the test images. ` +
      'Where the discriminator cannot tell what is real, both are log 2, the dashed line. They do not say how good samples are.',
    draw: (look) => drawSides(chart, look),
  };
}
