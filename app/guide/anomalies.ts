import { threshold } from '../../src/index.ts';
import { watchman } from '../architectures.ts';
import { asValues } from '../figures/chosen.ts';
import { drawHistogram } from '../pictures/histogram.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { below } from '../pictures/panels.ts';
import { look, seed, trained, type Picture } from './picture.ts';

/** The class that is left out of training. */
const strange = 8;
const shown = 10;

/** The errors of digits it knows and of those it has never seen, and the digits it finds strangest. */
export const anomalies: Picture = async (work, amount) => {
  const { gpu, train, test } = work;
  const normal = train.data.filter((label) => label !== strange);
  const model = await trained(work, `784-128-32-128-784, all but ${strange}`, await watchman(gpu, 32, seed), amount, {
    data: normal,
  });
  const limit = threshold(await model.errors(normal), { contamination: 0.01 });
  normal.dispose();
  const scores = await model.errors(test.data);
  const of = (wanted: (label: number) => boolean) => scores.filter((_, i) => wanted(test.labels[i]));
  const histogram = {
    groups: [
      { name: 'digits that it knows', values: of((label) => label !== strange), color: 'first' as const },
      {
        name: `${strange}s, which it has never seen`,
        values: of((label) => label === strange),
        color: 'second' as const,
      },
    ],
    limit: { name: 'limit: 1 % of the training digits lie above', value: limit },
    xName: 'error (cross-entropy a pixel)',
    yName: '% of the test digits',
  };
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, shown);
  const digits = Uint8Array.from(order.flatMap((i) => [...test.pixels.subarray(784 * i, 784 * (i + 1))]));
  const errors = await model.errors(digits, { perFeature: true });
  const white = threshold(errors, { contamination: 0.01 });
  const rows = [
    { label: 'strangest', images: asValues(digits) },
    { label: 'reconstruction', images: (await model.reconstruct(digits)).data },
    { label: 'error', images: errors.map((error) => error / white) },
  ];
  model.dispose();
  return below(
    [
      { picture: drawHistogram(histogram, look) },
      { picture: drawImageGrid({ shape: test.shape, rows, columns: shown }, look) },
    ],
    look,
  );
};
