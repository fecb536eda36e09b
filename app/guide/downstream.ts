import { autoencoder, dense, nearestNeighbors } from '../../src/index.ts';
import { denoiser } from '../architectures.ts';
import { asValues, firstOfEachClass } from '../figures/chosen.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { beside } from '../pictures/panels.ts';
import { drawScatter } from '../pictures/scatter.ts';
import type { Work } from '../reproduce/row.ts';
import { look, quickly, seed, trained, type Picture } from './picture.ts';
import type { Amount } from './protocol.ts';

/** Of ten thousand dots none could be told from another. */
const every = 8;
const k = 5;

/** Where digits lie in a code that has seen no label, and which lie beside each other in a longer one. */
export const downstream: Picture = async (work, amount) => {
  const scatter = await codes(work, amount);
  const { digits, near } = await neighbours(work, amount);
  const { shape } = work.train;
  const grid = (images: Float32Array, columns: number, width: number) =>
    drawImageGrid({ shape, rows: [{ images }], columns }, { ...look, width });
  return beside(
    [
      {
        heading: 'Codes of two numbers, by class',
        picture: drawScatter(
          { xName: 'first number of the code', yName: 'second number of the code', ...scatter },
          { ...look, width: 450 },
        ),
      },
      { heading: 'Digit', picture: grid(digits, 1, 58) },
      { heading: 'Nearest, by codes of 128', picture: grid(near, k, 240) },
    ],
    look,
  );
};

async function codes(work: Work, amount: Amount) {
  const { gpu, test } = work;
  const encoder = [dense(128, 'relu'), dense(64, 'relu'), dense(2)];
  const decoder = [dense(64, 'relu'), dense(128, 'relu'), dense(784, 'sigmoid')];
  const narrow = await autoencoder(gpu, { input: 784, encoder, decoder, loss: 'bce', seed });
  const model = await trained(work, '784-128-64-2', narrow, amount, {
    batch: 256,
    optimizer: quickly(work, amount, 256),
  });
  const { data } = await model.encode(test.data);
  model.dispose();
  const shown = Array.from({ length: Math.floor(test.count / every) }, (_, i) => i * every);
  return { points: shown.flatMap((i) => [data[2 * i], data[2 * i + 1]]), labels: shown.map((i) => test.labels[i]) };
}

/** One test digit of each class, and the training digits whose codes are nearest to its own. */
async function neighbours(work: Work, amount: Amount) {
  const { gpu, train, test } = work;
  const digits = firstOfEachClass(test, 1);
  const model = await trained(work, '784-128-784, denoising', await denoiser(gpu, 784, 0.5, seed), amount, {
    batch: 256,
  });
  const { indices } = await nearestNeighbors(gpu, {
    codes: await model.encode(train.data),
    queries: await model.encode(digits),
    k,
  });
  model.dispose();
  return {
    digits: asValues(digits),
    near: Float32Array.from([...indices].flatMap((i) => [...asValues(train.pixels.subarray(784 * i, 784 * (i + 1)))])),
  };
}
