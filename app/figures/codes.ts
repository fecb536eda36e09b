import { normal } from '../../src/index.ts';
import { below, beside } from '../pictures/panels.ts';
import { drawScatter, type Scatter } from '../pictures/scatter.ts';
import { isWide, type Look } from '../pictures/look.ts';
import type { Figure, Trained } from './figure.ts';

const axes = { xName: 'first number of the code', yName: 'second number of the code' };
const colours =
  'each a dot in the colour of its class. A class’s name stands at its middle. The autoencoder was never told the classes.';

/** For a code of two numbers. */
export async function codes({ model, test }: Trained): Promise<Figure> {
  const { data } = await model.encode(test.pixels);
  const title = 'Where the test images lie in the code';
  return {
    name: 'codes',
    title,
    caption: `The codes of all test images, ${colours}`,
    draw: (look) => drawScatter({ title, points: data, labels: test.labels, ...axes }, look),
  };
}

/** For a code of two numbers that something pulls to the normal distribution. */
export async function codesAndPrior({ model, test }: Trained): Promise<Figure> {
  const { data: points } = await model.encode(test.pixels);
  const draws = normal().draw(points.length, 1, 0);
  const title = 'Where the test images lie in the code, and the prior';
  return {
    name: 'codes',
    title,
    caption:
      `Codes of all test images, ${colours} Beside them, on the same axes, as many draws from the prior, the normal distribution: ` +
      'where the two clouds differ, samples are decoded from codes that no image has.',
    draw: (look) => {
      const wide = isWide(look);
      const part: Look = { ...look, width: wide ? look.width / 2 : look.width, titled: false };
      const panel = (heading: string, scatter: Pick<Scatter, 'points' | 'labels' | 'roomFor'>) => ({
        heading,
        picture: drawScatter({ ...scatter, ...axes }, part),
      });
      const panels = [
        panel('The codes of the test images', { points, labels: test.labels, roomFor: draws }),
        panel('As many draws from the prior', { points: draws, roomFor: points }),
      ];
      return (wide ? beside : below)(panels, look, title);
    },
  };
}
