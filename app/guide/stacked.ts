import { adam, type Autoencoder, type Gpu } from '../../src/index.ts';
import { pcaCodes, pcaReconstructions } from '../analysis/pca.ts';
import { stack } from '../architectures.ts';
import { asValues, firstOfEachClass } from '../figures/chosen.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { look, seed, trained, type Picture } from './picture.ts';

const batch = 128;

/** Through the layers that were trained alone, from the outermost on; then trained together; beside as many principal components. */
export const stacked: Picture = async (work, amount) => {
  const { gpu } = work;
  const digits = firstOfEachClass(work.test, 1);
  const rows = [{ label: 'digit', images: asValues(digits) }];
  const model = await stack(gpu, 784, seed);
  await work.watch('layer by layer', batch, (reports) =>
    model.pretrain(work.train.data, { ...amount, batchSize: batch, optimizer: adam(1e-3), ...reports }),
  );
  for (const depth of [1, 2, 3]) {
    const part = await outer(gpu, model, depth);
    rows.push({ label: `${part.codeSize} numbers`, images: (await part.reconstruct(digits)).data });
    part.dispose();
  }
  await trained(work, 'all layers', model, amount, { batch });
  rows.push({ label: `${model.codeSize}, together`, images: (await model.reconstruct(digits)).data });
  await work.say('principal components in float64');
  const components = work.components();
  rows.push({
    label: `PCA, ${model.codeSize}`,
    images: pcaReconstructions(components, pcaCodes(components, digits, model.codeSize)),
  });
  model.dispose();
  return drawImageGrid({ shape: work.test.shape, rows, columns: 10 }, look);
};

/** The stack's outer layers and their counterparts, as a model of their own with the same weights. */
async function outer(gpu: Gpu, model: Autoencoder, depth: number): Promise<Autoencoder> {
  const weights = await model.weights();
  const part = await stack(gpu, 784, seed, depth);
  const above = model.describe().filter(({ name }) => name.startsWith('decoder.')).length - depth;
  const own = Object.keys(await part.weights());
  // The decoder's outer layers are its last ones.
  const inStack = (name: string) => name.replace(/^decoder\.(\d+)/, (_, number) => `decoder.${Number(number) + above}`);
  part.setWeights(Object.fromEntries(own.map((name) => [name, weights[inStack(name)]])));
  return part;
}
