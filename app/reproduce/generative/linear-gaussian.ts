import { adam, autoencoder, cosine, dataset, dense, gaussian, type Matrix } from '../../../src/index.ts';
import { mean } from '../../analysis/statistics.ts';
import type { Work } from '../row.ts';

/** Numbers of an example, and of its code. */
const [features, units] = [16, 4];
/** Makes the largest deviations of the data some times those of the density's noise, 1. */
const scale = 2;

/** The mean log-likelihood of test images' first principal components under a linear Gaussian model: by importance samples, and in closed form. */
export async function linearGaussian(work: Work, seed: number): Promise<{ estimate: number; closed: number }> {
  const { gpu, train, test, machine, fit, say, components } = work;
  const { components: axes, mean: center } = components();
  const scores = ({ pixels, count }: Pick<typeof train, 'pixels' | 'count'>) =>
    Float32Array.from({ length: count * features }, (_, i) => {
      const [row, axis] = [Math.floor(i / features), axes[i % features]];
      let sum = 0;
      for (let d = 0; d < axis.length; d++) sum += axis[d] * (pixels[row * axis.length + d] / 255 - center[d]);
      return scale * sum;
    });
  const data = await dataset(gpu, scores(train), { shape: [features] });
  const tested = scores(test).subarray(0, 1000 * features);
  const model = await autoencoder(gpu, {
    input: features,
    encoder: [gaussian(units)],
    decoder: [dense(features)],
    loss: 'mse',
    seed,
  });
  const [epochs, batchSize] = [machine.quick ? 1 : 5, Math.min(128, data.length)];
  const optimizer = adam(cosine(1e-2, { to: 1e-4, steps: epochs * Math.ceil(data.length / batchSize) }));
  await fit('a linear Gaussian model', model, data, { epochs, batchSize, optimizer });
  await say('a linear Gaussian model: log p(x) by importance samples');
  const likelihoods = await model.logLikelihood(tested, { samples: machine.quick ? 100 : 5000, seed: 1 });
  const { 'decoder.0.weight': weight, 'decoder.0.bias': bias } = await model.weights();
  for (const each of [model, data]) each.dispose();
  return { estimate: mean(likelihoods), closed: mean(densities(tested, weight, bias.data)) };
}

/** log N(x; b, W Wᵀ + I) of each row of x, W [features, units]. */
export function densities(x: ArrayLike<number>, { data: w, shape: [size, inner] }: Matrix, b: ArrayLike<number>) {
  // L Lᵀ = W Wᵀ + I (Cholesky).
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = Number(i === j);
      for (let u = 0; u < inner; u++) sum += w[i * inner + u] * w[j * inner + u];
      for (let k = 0; k < j; k++) sum -= lower[i * size + k] * lower[j * size + k];
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j];
    }
  let constant = -0.5 * size * Math.log(2 * Math.PI);
  for (let i = 0; i < size; i++) constant -= Math.log(lower[i * size + i]);
  return Float64Array.from({ length: x.length / size }, (_, row) => {
    const solved = new Float64Array(size);
    let square = 0;
    for (let i = 0; i < size; i++) {
      let sum = x[row * size + i] - b[i];
      for (let k = 0; k < i; k++) sum -= lower[i * size + k] * solved[k];
      solved[i] = sum / lower[i * size + i];
      square += solved[i] ** 2;
    }
    return constant - 0.5 * square;
  });
}
