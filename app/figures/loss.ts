import { drawLossCurve } from '../pictures/lossCurve.ts';
import type { Figure, Trained } from './figure.ts';

export async function loss({ history, stepsPerEpoch, testLosses, unit, references }: Trained): Promise<Figure> {
  const curve = {
    title: 'Loss while training',
    unit,
    steps: history.loss,
    epochs: history.epochs.map((epoch) => epoch.loss),
    stepsPerEpoch,
    test: { name: 'test images', value: testLosses.loss },
    references,
  };
  return {
    name: 'loss',
    title: curve.title,
    caption: 'Each step’s loss on the images it was trained on, the mean over each epoch, and at the end the loss on the test images.',
    draw: (look) => drawLossCurve(curve, look),
  };
}
