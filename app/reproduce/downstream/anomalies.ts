import { adam, rocAuc } from '../../../src/index.ts';
import { pca, pcaCodes, pcaErrorsByImage } from '../../analysis/pca.ts';
import { mean } from '../../analysis/statistics.ts';
import { watchman } from '../../architectures.ts';
import { row, shortened } from '../row.ts';

const code = 32;

/** A model that has never seen one of the digits: are its errors larger there? */
export const anomalies = row(
  (machine) => ({ model: `784-128-${code}-128-784, relu and sigmoid`, loss: 'bce', optimizer: 'adam', 'learning rate': 1e-3, epochs: shortened(machine, 5), batch: 128, digits: machine.quick ? 1 : 10, seed: 0 }),
  async ({ gpu, train, test, watch, say }, { 'learning rate': rate, epochs, batch, digits, seed }) => {
    const found = [];
    for (let digit = 0; digit < digits; digit++) {
      const others = [...train.labels.keys()].filter((i) => train.labels[i] !== digit);
      const seen = new Uint8Array(others.length * 784);
      others.forEach((from, to) => seen.set(train.pixels.subarray(from * 784, (from + 1) * 784), to * 784));
      const model = await watchman(gpu, code, seed);
      await watch(`all but ${digit}`, batch, (reports) => model.fit(seen, { epochs, batchSize: Math.min(batch, others.length), optimizer: adam(rate), ...reports }));
      const errors = await model.errors(test.data);
      model.dispose();
      await say(`all but ${digit}: principal components`);
      const components = pca(seen, 784);
      const strange = Array.from(test.labels, (label) => label === digit);
      found.push({ digit, ours: rocAuc(errors, strange), linear: rocAuc(pcaErrorsByImage(components, test.pixels, pcaCodes(components, test.pixels, code)), strange) });
    }
    const [ours, linear] = [mean(found.map(({ ours }) => ours)), mean(found.map(({ linear }) => linear))];
    return {
      comparisons: [{ what: 'mean ROC AUC over the digits', ours, decimals: 3, reference: linear, source: `error of ${code} principal components`, asked: 'higher', holds: ours > linear }],
      tables: [
        {
          title: 'ROC AUC of the digit that was left out, among the test images',
          head: ['digit', 'autoencoder', `PCA-${code}`],
          lines: found.map(({ digit, ours, linear }) => [`${digit}`, ours.toFixed(3), linear.toFixed(3)]),
        },
      ],
      notes: ['The score is the reconstruction error: binary cross-entropy of the autoencoder, squared error of the principal components.'],
    };
  },
);
