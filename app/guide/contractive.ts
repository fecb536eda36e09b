import { contractive as contractivePenalty, type AutoencoderSpec } from '../../src/index.ts';
import { tiedSigmoid } from '../architectures.ts';
import { asValues, firstOfEachClass } from '../figures/chosen.ts';
import { contraction } from '../figures/contraction.ts';
import { drawImageGrid } from '../pictures/imageGrid.ts';
import { below } from '../pictures/panels.ts';
import { look, seed, trained, type Picture } from './picture.ts';

const units = 100;

/** How much less the code answers small changes of the image, and that the image comes back all the same. */
export const contractive: Picture = async (work, amount) => {
  const made = async (name: string, parts: Partial<AutoencoderSpec>) => ({
    name,
    model: await trained(work, `784-${units}-784, ${name}`, await tiedSigmoid(work.gpu, units, seed, parts), amount),
  });
  const ours = await made('contractive', { penalty: contractivePenalty(1e-3) });
  const plain = await made('plain', {});
  const { draw } = await contraction({ ...ours, test: work.test, rivals: [plain] });
  const digits = firstOfEachClass(work.test, 1);
  const rows = [{ label: 'digit', images: asValues(digits) }];
  for (const { name, model } of [ours, plain]) {
    rows.push({ label: name, images: (await model.reconstruct(digits)).data });
    model.dispose();
  }
  return below(
    [{ picture: draw(look) }, { picture: drawImageGrid({ shape: work.test.shape, rows, columns: 10 }, look) }],
    look,
  );
};
