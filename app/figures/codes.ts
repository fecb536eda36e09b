import { drawScatter } from '../pictures/scatter.ts';
import type { Figure, Trained } from './figure.ts';

/** For a code of two numbers. */
export async function codes({ model, test }: Trained): Promise<Figure> {
  const { data } = await model.encode(test.pixels);
  const title = 'Where the test images lie in the code';
  return {
    name: 'codes',
    title,
    caption:
      'The codes of all test images, each a dot in the colour of its class. A class’s name stands at its middle. The autoencoder was never told the classes.',
    draw: (look) =>
      drawScatter(
        {
          title,
          points: data,
          labels: test.labels,
          xName: 'first number of the code',
          yName: 'second number of the code',
        },
        look,
      ),
  };
}
