/**
 * One variant of each family of shaders, as the device gets it, in test/shaders/expanded: what a template makes of its conditions and chunks can be
 * read there, and a change of a shader is seen in a review.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { activationForward } from '../../../shaders/activation.ts';
import { avgPoolForward } from '../../../shaders/avg-pool.ts';
import { batchNormBackward } from '../../../shaders/batch-norm.ts';
import { fillBlanks } from '../../../shaders/blanks.ts';
import { categoricalShader } from '../../../shaders/categorical.ts';
import { cellLossShader } from '../../../shaders/cell-loss.ts';
import { cellProduct } from '../../../shaders/cell-product.ts';
import { corruptCells } from '../../../shaders/cells.ts';
import { classBiasForward } from '../../../shaders/class-bias.ts';
import { convShader } from '../../../shaders/conv2d.ts';
import { groupedShader } from '../../../shaders/conv2d-grouped.ts';
import { convSingleShader } from '../../../shaders/conv2d-single.ts';
import { convTransposeShader } from '../../../shaders/conv2d-transposed.ts';
import { convWeightsShader } from '../../../shaders/conv2d-weights.ts';
import { corruptShader } from '../../../shaders/corrupt.ts';
import { crossEntropyShader } from '../../../shaders/cross-entropy.ts';
import { residualShader } from '../../../shaders/dead-latents.ts';
import { decayShader } from '../../../shaders/decay.ts';
import { elementwise } from '../../../shaders/elementwise.ts';
import { gatherShader } from '../../../shaders/gather.ts';
import { boundForward } from '../../../shaders/importance.ts';
import { lossShader } from '../../../shaders/loss.ts';
import { matmulShader } from '../../../shaders/matmul.ts';
import { mmdPairs } from '../../../shaders/mmd.ts';
import { distancesShader } from '../../../shaders/neighbors.ts';
import { setNormForward } from '../../../shaders/norm.ts';
import { normalizeForward } from '../../../shaders/normalize.ts';
import { optimizerShader } from '../../../shaders/optimizer.ts';
import { partialSumsShader } from '../../../shaders/partial-sums.ts';
import { maxPoolForward } from '../../../shaders/pool.ts';
import { moveTilesShader } from '../../../shaders/puzzle.ts';
import { quadsShader } from '../../../shaders/quads.ts';
import { randomShader } from '../../../shaders/random.ts';
import { sumStage } from '../../../shaders/reduce.ts';
import { reparameterizeForward } from '../../../shaders/reparameterize.ts';
import { upsampleForward } from '../../../shaders/resample.ts';
import { shuffleShader } from '../../../shaders/shuffle.ts';
import { softmaxForward } from '../../../shaders/softmax.ts';
import { sparseProductAlone } from '../../../shaders/sparse-alone.ts';
import { sparseSums } from '../../../shaders/sparse-places.ts';
import { sparseProduct } from '../../../shaders/sparse.ts';
import { accountShader } from '../../../shaders/step.ts';
import type { Epilogue, Tiling } from '../../../shaders/tiles.ts';
import { topKRowsAlone } from '../../../shaders/top-k-alone.ts';
import { batchDigitsAlone } from '../../../shaders/top-k-batch-alone.ts';
import { batchDigits } from '../../../shaders/top-k-batch.ts';
import { topKRows } from '../../../shaders/top-k.ts';
import { projectShader } from '../../../shaders/unit-norm.ts';
import { quantizeShader } from '../../../shaders/vector-quantizer.ts';
import type { AnyShader } from '../../../shaders/wgsl.ts';

const renewal = 'after a change on purpose: npx vitest run --project node test/shaders/node/expanded.test.ts -u';

const tiling: Tiling = { rows: 4, columns: 4, quads: false, group: 64 };
const epilogue: Epilogue = { bias: true, wideY: true, activation: 'relu', slope: undefined };
const wideImages = { wideChannels: true, wideFilters: true, dilated: false, wideY: true, tiling };

/** By the names of their files in `shaders`. */
const variants: Record<string, unknown> = {
  activation: activationForward('gelu'),
  'avg-pool': avgPoolForward({ wide: true }),
  'batch-norm': batchNormBackward(),
  blanks: fillBlanks(),
  categorical: categoricalShader([3, 2], 'gradient'),
  'cell-loss': cellLossShader('gradient'),
  'cell-product': cellProduct(true, true),
  cells: corruptCells('hide'),
  'class-bias': classBiasForward(true),
  conv2d: convShader({ ...wideImages, ...epilogue, wideRun: true }),
  'conv2d-grouped': groupedShader({ lanes: 'channels', bias: true, activation: 'relu' }),
  'conv2d-single': convSingleShader({ ...epilogue, height: 3, width: 3, group: 16 }),
  'conv2d-transposed': convTransposeShader({ ...wideImages, ...epilogue }),
  'conv2d-weights': convWeightsShader({ ...wideImages, ragged: true, sums: true }),
  corrupt: corruptShader('mask', true),
  'cross-entropy': crossEntropyShader(true),
  'dead-latents': residualShader(),
  decay: decayShader(true),
  elementwise: elementwise('add'),
  gather: gatherShader({ bytes: true, wide: true, ordered: true, held: 'all', strided: false }),
  importance: boundForward(),
  loss: lossShader({ kind: 'bce', wide: true, writes: 'gradient', slope: undefined }),
  matmul: matmulShader({
    ...{ ...epilogue, transposeA: false, transposeB: true, tiling, ragged: false, sums: false },
    ...{ wideA: true, wideB: true },
  }),
  mmd: mmdPairs('imq', true),
  neighbors: distancesShader(),
  norm: setNormForward({ alone: false }),
  normalize: normalizeForward('clamped', true),
  optimizer: optimizerShader('adam', true),
  'partial-sums': partialSumsShader(2, 64),
  pool: maxPoolForward({ wide: true }),
  puzzle: moveTilesShader(),
  quads: quadsShader(),
  random: randomShader('normal'),
  reduce: sumStage(true),
  reparameterize: reparameterizeForward(),
  resample: upsampleForward({ kind: 'bilinear', wide: true }),
  shuffle: shuffleShader({ shuffled: true, subset: false }),
  softmax: softmaxForward(),
  sparse: sparseProduct(true),
  'sparse-alone': sparseProductAlone(true),
  'sparse-places': sparseSums(),
  step: accountShader({ terms: 1, gradients: true, squares: false, alone: false }),
  'top-k': topKRows(),
  'top-k-alone': topKRowsAlone(),
  'top-k-batch': batchDigits({ first: true, byIndex: false }),
  'top-k-batch-alone': batchDigitsAlone({ first: true, byIndex: false }),
  'unit-norm': projectShader(),
  'vector-quantizer': quantizeShader(true, false),
};

const shaders = new URL('../../../shaders/', import.meta.url);
const expanded = new URL('../expanded/', import.meta.url);
const namesOf = (files: string[]) => files.map((file) => file.replace(/\.\w+$/, '')).sort();

/** Conditions and chunks leave lines without anything. */
const readable = ({ label, code }: AnyShader): string =>
  `// ${label}\n\n${code.replace(/\s*\n(\s*\n)+/g, '\n\n').trim()}\n`;

it.each(Object.entries(variants))('%s', async (name, shader) => {
  const file = new URL(`${name}.wgsl`, expanded);
  await expect(readable(shader as AnyShader), renewal).toMatchFileSnapshot(file.pathname);
});

it('each family has its variant here, and each file its family', () => {
  const families = readdirSync(shaders).filter((file) =>
    /\bshader<.*>\(/.test(file === 'wgsl.ts' ? '' : readFileSync(new URL(file, shaders), 'utf8')),
  );
  expect(Object.keys(variants).sort()).toEqual(namesOf(families));
  expect(namesOf(families), 'a file without a family: delete it').toEqual(
    expect.arrayContaining(namesOf(readdirSync(expanded))),
  );
});
