import { drawLossCurve } from '../pictures/lossCurve.ts';
import type { AnySubject } from '../subject.ts';
import type { Figure, Trained } from './figure.ts';

export async function loss({
  stages,
  stepsPerEpoch,
  testLosses,
  unit,
  references,
}: Trained<AnySubject>): Promise<Figure> {
  const title = 'Loss while training';
  const curve = {
    title,
    unit,
    stages,
    stepsPerEpoch,
    test: { name: 'test images', value: testLosses.loss },
    references,
  };
  const caption =
    'Each step’s loss on the images it was trained on, the mean over each epoch, and at the end the loss on the test images.';
  return {
    name: 'loss',
    title,
    caption:
      stages.length > 1
        ? `${caption} A layer that is trained alone has a loss of its own: the error with which it rebuilds what the layer below it says.`
        : caption,
    draw: (look) => drawLossCurve(curve, look),
  };
}
