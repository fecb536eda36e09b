import { contraction as contractionOf } from '../analysis/jacobian.ts';
import { drawSpectrum } from '../pictures/spectrum.ts';
import { firstOfEachClass } from './chosen.ts';
import type { Figure, Rival, Trained } from './figure.ts';

/** For an encoder of one sigmoid layer, and its rivals of the same kind. */
export async function contraction({
  model,
  test,
  rivals,
  name,
}: Pick<Trained, 'model' | 'test' | 'rivals' | 'name'>): Promise<Figure> {
  const images = firstOfEachClass(test, 5);
  const measured = [];
  for (const one of [{ name, model }, ...rivals]) measured.push({ name: one.name, ...(await measure(one, images)) });
  const colors = ['first', 'second', 'muted'] as const;
  const title = 'How the code answers small changes of the image';
  const lines = measured.map(({ name, spectrum }, i) => ({
    name,
    values: spectrum,
    color: i > 0 && i === rivals.length ? 'muted' : colors[i],
  }));
  return {
    name: 'contraction',
    title,
    caption:
      'The singular values of the Jacobian ∂h/∂x, the mean over five test images of each class: by how much a small change of the image changes the code, ' +
      'along the direction that changes it most, the next one, and so on. The penalty flattens all but the few directions in which the images themselves vary.',
    numbers: measured.map(({ name, norm }) => ({ name: `${name}: mean ‖∂h/∂x‖`, value: norm })),
    draw: (look) =>
      drawSpectrum(
        { title, lines, xName: 'singular value, the largest first', yName: 'mean singular value, logarithmic' },
        look,
      ),
  };
}

async function measure({ model }: Rival, images: Uint8Array) {
  return contractionOf((await model.weights())['encoder.0.weight'], await model.encode(images));
}
