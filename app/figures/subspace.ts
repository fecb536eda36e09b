import { columns, principalAngles } from '../analysis/pca.ts';
import { aligned, principalAxes } from '../analysis/subspace.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { isWide } from '../pictures/look.ts';
import type { Figure, Trained } from './figure.ts';

/** For a linear autoencoder of one layer each way. */
export async function subspace(
  { model, test, components }: Pick<Trained, 'model' | 'test' | 'components'>,
  shown = 20,
): Promise<Figure> {
  const weight = (await model.weights())['decoder.0.weight'];
  const principal = components().components.slice(0, model.codeSize);
  const learned = columns(weight);
  const axes = aligned(principalAxes(weight, await model.encode(test.pixels)), principal);
  const tiles = (vectors: Float64Array[]): number[] => vectors.slice(0, shown).flatMap((vector) => Array.from(vector));
  const rows = [
    { label: 'as learned', images: tiles(learned) },
    { label: 'turned', images: tiles(axes) },
    { label: 'PCA', images: tiles(principal) },
  ];
  const title = 'The autoencoder’s axes and the principal components';
  return {
    name: 'filters',
    title,
    caption:
      `The first ${Math.min(shown, model.codeSize)} of ${model.codeSize}. As learned: what each number of the code adds to the image. ` +
      'Turned: the same space, its axes turned to where its images vary most. PCA: the principal components of the training images. ' +
      'A linear autoencoder finds the space of the principal components, but has no reason to choose just these axes in it. Each image is on a scale of its own.',
    numbers: [
      {
        name: 'degrees: largest angle between the autoencoder’s space and that of the principal components',
        value: principalAngles(learned, principal).at(-1)!,
      },
    ],
    draw: (look) =>
      drawImageGrid({ title, shape: test.shape, rows, columns: isWide(look) ? 10 : 5, signed: true }, look),
  };
}
