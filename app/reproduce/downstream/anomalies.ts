import { adam, rocAuc } from '../../../src/index.ts';
import { pca, pcaCodes, pcaErrorsByImage } from '../../analysis/pca.ts';
import { crossEntropyFloors, mean, squaredErrors } from '../../analysis/statistics.ts';
import { watchman } from '../../architectures.ts';
import { row, shortened } from '../row.ts';

const code = 32;

/** How well each score tells a digit from the others. */
interface Found {
  digit: number;
  squared: number;
  crossEntropy: number;
  excess: number;
  linear: number;
}

/** A model that has never seen one of the digits: are its errors larger there? */
export const anomalies = row(
  (machine) => ({
    model: `784-128-${code}-128-784, relu and sigmoid`,
    loss: 'bce',
    optimizer: 'adam',
    'learning rate': 1e-3,
    epochs: shortened(machine, 5),
    batch: 128,
    digits: machine.quick ? 1 : 10,
    seed: 0,
  }),
  async ({ gpu, train, test, fit, say }, { 'learning rate': rate, epochs, batch, digits, seed }) => {
    const floors = crossEntropyFloors(test.pixels, 784);
    const found: Found[] = [];
    for (let digit = 0; digit < digits; digit++) {
      const others = [...train.labels.keys()].filter((i) => train.labels[i] !== digit);
      const seen = new Uint8Array(others.length * 784);
      others.forEach((from, to) => seen.set(train.pixels.subarray(from * 784, (from + 1) * 784), to * 784));
      const model = await watchman(gpu, code, seed);
      const batchSize = Math.min(batch, others.length);
      await fit(`all but ${digit}`, model, seen, { epochs, batchSize, optimizer: adam(rate) });
      const crossEntropy = await model.errors(test.data);
      const squared = squaredErrors((await model.reconstruct(test.data)).data, test.pixels, 784);
      model.dispose();
      await say(`all but ${digit}: principal components`);
      const components = pca(seen, 784);
      const strange = Array.from(test.labels, (label) => label === digit);
      found.push({
        digit,
        squared: rocAuc(squared, strange),
        crossEntropy: rocAuc(crossEntropy, strange),
        excess: rocAuc(
          crossEntropy.map((error, i) => error - floors[i]),
          strange,
        ),
        linear: rocAuc(pcaErrorsByImage(components, test.pixels, pcaCodes(components, test.pixels, code)), strange),
      });
    }
    const scores = ['squared', 'crossEntropy', 'excess', 'linear'] as const;
    const means = Object.fromEntries(scores.map((score) => [score, mean(found.map((each) => each[score]))])) as Record<
      (typeof scores)[number],
      number
    >;
    const what = 'mean ROC AUC over the digits';
    return {
      comparisons: [
        {
          what: `${what}, squared error`,
          ours: means.squared,
          decimals: 3,
          reference: means.linear,
          source: `squared error of ${code} principal components`,
          asked: 'higher',
          holds: means.squared > means.linear,
        },
        { what: `${what}, cross-entropy`, ours: means.crossEntropy, decimals: 3 },
        { what: `${what}, cross-entropy less its floor`, ours: means.excess, decimals: 3 },
      ],
      tables: [
        {
          title: 'ROC AUC of the digit that was left out, among the test images',
          head: ['digit', 'squared error', 'cross-entropy', 'less its floor', `PCA-${code}`],
          lines: found.map((each) => [`${each.digit}`, ...scores.map((score) => each[score].toFixed(3))]),
        },
      ],
      notes: [
        '`errors()` of this model is the cross-entropy. Its floor, the entropy of grey pixels, grows with an image’s ink and says nothing about strangeness; a 1 has little of either.',
      ],
    };
  },
);
