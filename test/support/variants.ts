import {
  activationBackward,
  activationForward,
  activationNames,
  slopeBackward,
  slopeForward,
  type Activation,
} from '../../shaders/activation.ts';
import {
  batchMoments,
  batchMomentsEnd,
  batchNormApplied,
  batchNormBackward,
  batchNormForward,
} from '../../shaders/batch-norm.ts';
import { boundForward, sampleBackward, sampleForward } from '../../shaders/importance.ts';
import {
  codebookBackward,
  moveEntries,
  perplexityShader,
  quantizeBackward,
  quantizeShader,
  tallyShader,
} from '../../shaders/vector-quantizer.ts';
import { categoricalShader, groupSoftmaxShader } from '../../shaders/categorical.ts';
import { cellLossShader } from '../../shaders/cell-loss.ts';
import { cellProduct, cellWeights } from '../../shaders/cell-product.ts';
import { cellsOfOutputs, corruptCells, hideColumn, scaleCells, takeColumn } from '../../shaders/cells.ts';
import { classBiasForward, classBiasSums } from '../../shaders/class-bias.ts';
import { convShader } from '../../shaders/conv2d.ts';
import { groupedBackwardShader, groupedShader, groupedWeightsShader } from '../../shaders/conv2d-grouped.ts';
import { convSingleShader, convSingleTransposedShader, convSingleWeightsShader } from '../../shaders/conv2d-single.ts';
import { convTransposeShader } from '../../shaders/conv2d-transposed.ts';
import { convWeightsShader } from '../../shaders/conv2d-weights.ts';
import { corruptShader, type CorruptionKind } from '../../shaders/corrupt.ts';
import { crossEntropyShader } from '../../shaders/cross-entropy.ts';
import { deadCount, idleShader, resampleShader, residualShader } from '../../shaders/dead-latents.ts';
import { decayShader } from '../../shaders/decay.ts';
import { broadcast, elementwise, type Expression } from '../../shaders/elementwise.ts';
import { gatherShader, scatterShader } from '../../shaders/gather.ts';
import { hasSecond, lossShader, type TermKind } from '../../shaders/loss.ts';
import { matmulShader, type MatmulVariant } from '../../shaders/matmul.ts';
import { distancesShader, smallestShader } from '../../shaders/neighbors.ts';
import { normColumns, normColumnsEnd, setNormBackward, setNormForward } from '../../shaders/norm.ts';
import { normalizeForward, normalizeInverse, type Held } from '../../shaders/normalize.ts';
import { optimizerShader, type OptimizerKind } from '../../shaders/optimizer.ts';
import { partialSumsShader } from '../../shaders/partial-sums.ts';
import { fillBlanks } from '../../shaders/blanks.ts';
import { avgPoolBackward, avgPoolForward } from '../../shaders/avg-pool.ts';
import { maxPoolBackward, maxPoolForward } from '../../shaders/pool.ts';
import { cutTilesShader, moveTilesShader, tileOrderShader } from '../../shaders/puzzle.ts';
import { quadsShader } from '../../shaders/quads.ts';
import { mmdBackward, mmdPairs } from '../../shaders/mmd.ts';
import { noiseShader, randomShader, type Distribution } from '../../shaders/random.ts';
import { maxStage, spread, sumStage } from '../../shaders/reduce.ts';
import {
  meanBackward,
  meanForward,
  reparameterizeBackward,
  reparameterizeForward,
} from '../../shaders/reparameterize.ts';
import { coarsenShader, upsampleBackward, upsampleForward } from '../../shaders/resample.ts';
import { shuffleShader } from '../../shaders/shuffle.ts';
import { softmaxBackward, softmaxForward } from '../../shaders/softmax.ts';
import {
  sparseBackwardAlone,
  sparseProductAlone,
  sparseWeightsAlone,
  transposeAlone,
} from '../../shaders/sparse-alone.ts';
import {
  clearMarks,
  markShader,
  sortPlaces,
  sparseMask,
  sparseSlope,
  sparseSums,
  sparseSumsAlone,
} from '../../shaders/sparse-places.ts';
import { sparseBackward, sparseProduct, sparseWeights, transposeShader } from '../../shaders/sparse.ts';
import { accountShader, advanceShader, clipShader } from '../../shaders/step.ts';
import type { Tiling } from '../../shaders/tiles.ts';
import { topKRowsAlone } from '../../shaders/top-k-alone.ts';
import { batchDigitsAlone, batchKeepAlone } from '../../shaders/top-k-batch-alone.ts';
import { batchChoose, batchDigits, batchKeep, beyondThreshold, moveThreshold } from '../../shaders/top-k-batch.ts';
import { topKBackward, topKRows } from '../../shaders/top-k.ts';
import { normalizeColumnsShader, projectShader } from '../../shaders/unit-norm.ts';
import type { Shader } from '../../shaders/wgsl.ts';
import type { Gpu } from '../../src/runtime/device.ts';

type Options = Record<string, readonly unknown[]>;
type Choice<T extends Options> = { [K in keyof T]: T[K][number] };

/** Every combination of the options. */
function all<T extends Options>(options: T): Choice<T>[] {
  return Object.entries(options).reduce<Record<string, unknown>[]>(
    (choices, [name, values]) => choices.flatMap((choice) => values.map((value) => ({ ...choice, [name]: value }))),
    [{}],
  ) as Choice<T>[];
}

const parametric: Activation[] = ['leakyRelu(0.2)', 'leakyRelu(0)', 'elu(3)', 'elu(1e-7)'];
const either = [false, true] as const;
const none = [undefined] as const;
const expressions: Expression[] = ['add', 'subtract', 'multiply', 'divide', 'quotientSlope', 'negate', 'copy'];
const optimizers: OptimizerKind[] = ['sgd', 'momentum', 'nesterov', 'adam', 'adamw', 'adagrad'];

const tilings: Tiling[] = [
  ...all({ rows: [4, 8], columns: [4, 8], quads: [false], group: [64] }),
  { rows: 8, columns: 8, quads: true, group: 16 },
  { rows: 8, columns: 1, quads: false, group: 16 },
  { rows: 1, columns: 8, quads: false, group: 16 },
  { rows: 8, columns: 8, quads: false, group: 64, oneByOne: true, band: 8 },
  { rows: 4, columns: 4, quads: false, group: 64, split: 4 },
];

/** What only a plain product has. */
const sharedTilings: Tiling[] = all({
  rows: [4, 8],
  columns: [4, 8],
  quads: [false],
  group: [64],
  shared: [true],
}).filter(({ rows, columns }) => rows === columns);

/** What is loaded and stored, with each way to end; then each activation, where the ways to load make no difference. */
const matmuls: MatmulVariant[] = [
  ...all({
    transposeA: either,
    transposeB: either,
    wideA: either,
    wideB: either,
    wideY: either,
    ragged: either,
    tiling: [...tilings, ...sharedTilings],
    activation: ['linear'] as const,
    slope: none,
  }).flatMap((variant, i) => [
    { ...variant, bias: i % 2 === 0, sums: variant.transposeA },
    { ...variant, bias: i % 2 === 1, sums: false },
  ]),
  ...all({ wideY: either, activation: activationNames, slope: [...none, ...activationNames], bias: either }).map(
    (variant) => ({
      ...variant,
      transposeA: false,
      transposeB: true,
      wideA: true,
      wideB: true,
      ragged: false,
      tiling: tilings[0],
      sums: false,
    }),
  ),
].filter(({ activation, slope }) => activation === 'linear' || slope === undefined); // An epilogue has one of the two.

const convolutions = [
  ...all({ wideChannels: either, wideFilters: either, dilated: [false], wideY: either, tiling: tilings }),
  ...all({ wideChannels: either, wideFilters: either, dilated: [true], wideY: [false], tiling: tilings.slice(0, 2) }),
];
const plainly = convolutions.map(
  (variant, i) => ({ ...variant, bias: i % 2 === 0, activation: 'linear', slope: undefined }) as const,
);

/** What the device gets of a shader. */
export type Text = Pick<Shader, 'label' | 'code'>;

/** The shaders of each file, in every variant. */
export const families: Record<string, Text[]> = {
  matmul: matmuls.map(matmulShader),
  activation: [...activationNames, ...parametric].flatMap((name) => [
    activationForward(name),
    activationBackward(name),
    slopeForward(name),
    slopeBackward(name),
  ]),
  'batch-norm': [
    batchMoments(),
    ...either.map(batchMomentsEnd),
    batchNormForward(),
    batchNormBackward(),
    batchNormApplied(),
  ],
  importance: [sampleForward(), boundForward(), boundForward(true), sampleBackward()],
  'vector-quantizer': [
    ...either.flatMap((wide) => either.map((twice) => quantizeShader(wide, twice))),
    quantizeBackward(),
    ...either.map(tallyShader),
    ...either.map(moveEntries),
    codebookBackward(),
    perplexityShader(),
  ],
  elementwise: expressions.flatMap((name) => [elementwise(name), broadcast(name)]),
  gather: [
    ...all({ bytes: either, wide: either, ordered: either, held: ['all', 'split'] as const, strided: either }).map(
      gatherShader,
    ),
    ...all({ bytes: either, wide: either, ordered: either, held: ['ring'] as const, strided: [false] }).map(
      gatherShader,
    ),
    scatterShader(),
  ],
  loss: all({
    kind: [
      ...(['mse', 'bce', 'mae', 'huber', 'product', 'square', 'absolute', 'value'] as TermKind[]),
      { name: 'log cosh', wgsl: 'log(cosh(y - x))', derivative: 'accurate_tanh(y - x)' },
    ],
    wide: either,
    writes: ['gradient', 'gradients', 'elements', 'sums'] as const,
    slope: [undefined, ...activationNames] as (Activation | undefined)[],
  })
    .filter(
      ({ kind, writes, slope }) =>
        (slope === undefined ||
          (writes === 'gradient' && kind === 'bce') ||
          (writes.startsWith('gradient') && slope === 'tanh')) &&
        (writes !== 'gradients' || hasSecond(kind)),
    )
    .flatMap((variant) => [
      lossShader(variant),
      ...(hasSecond(variant.kind) && /^(gradient|sums)$/.test(variant.writes)
        ? [lossShader({ ...variant, sampled: true }), lossShader({ ...variant, weighted: true })]
        : []),
      ...(hasSecond(variant.kind) && variant.writes !== 'gradients' ? [lossShader({ ...variant, masked: true })] : []),
    ]),
  conv2d: plainly.flatMap((variant) => [
    ...either.map((wideRun) => convShader({ ...variant, wideRun })),
    convShader({ ...variant, wideRun: true, activation: 'tanh' }),
  ]),
  'conv2d-grouped': (['channels', 'filters', 'none'] as const).flatMap((lanes) => [
    groupedShader({ lanes, bias: true, activation: 'tanh' }),
    groupedShader({ lanes, bias: false, activation: 'linear' }),
    groupedBackwardShader({ lanes }),
    groupedBackwardShader({ lanes, slope: 'sigmoid' }),
    groupedWeightsShader(lanes),
  ]),
  'conv2d-transposed': plainly.flatMap((variant) => [
    convTransposeShader(variant),
    convTransposeShader({ ...variant, slope: 'tanh' }),
  ]),
  'conv2d-weights': convolutions.flatMap((variant) =>
    all({ ragged: either, sums: either }).map((options) => convWeightsShader({ ...variant, ...options })),
  ),
  'conv2d-single': all({ height: [1, 3, 5], width: [1, 2, 5], group: [16] }).flatMap((variant) => [
    convSingleWeightsShader(variant),
    convSingleWeightsShader({ ...variant, split: 4 }),
    ...[convSingleShader, convSingleTransposedShader].flatMap((make) => [
      make({ ...variant, bias: true, activation: 'tanh' }),
      make({ ...variant, bias: false, activation: 'linear', slope: 'sigmoid' }),
    ]),
  ]),
  corrupt: all({ kind: ['gaussian', 'mask', 'saltAndPepper'] as CorruptionKind[], wide: either }).map(
    ({ kind, wide }) => corruptShader(kind, wide),
  ),
  blanks: [fillBlanks()],
  'cross-entropy': all({ gradient: either, weighted: either }).map(({ gradient, weighted }) =>
    crossEntropyShader(gradient, weighted),
  ),
  decay: either.map(decayShader),
  normalize: [
    ...all({ how: ['free', 'clamped', 'outside'] as Held[], fine: either, masked: either }).map(
      ({ how, fine, masked }) => normalizeForward(how, fine, masked),
    ),
    ...either.map(normalizeInverse),
  ],
  norm: either.flatMap((flag) => [
    setNormForward({ alone: flag }),
    setNormBackward({ alone: flag }),
    normColumns(flag),
    normColumnsEnd(flag),
  ]),
  neighbors: [distancesShader(), ...[1, 5].flatMap((k) => either.map((first) => smallestShader(k, first)))],
  'top-k': [...either.map(topKRows), topKBackward(true), ...either.map((among) => topKBackward(false, among))],
  'top-k-alone': either.map(topKRowsAlone),
  'top-k-batch': [
    ...all({ first: either, byIndex: either })
      .filter(({ first, byIndex }) => !first || !byIndex)
      .flatMap((variant) => [batchDigits(variant), batchChoose(variant)]),
    batchKeep(),
    ...either.map(moveThreshold),
    beyondThreshold(),
  ],
  'top-k-batch-alone': [
    ...all({ first: either, byIndex: either })
      .filter(({ first, byIndex }) => !first || !byIndex)
      .map(batchDigitsAlone),
    batchKeepAlone(),
  ],
  sparse: [transposeShader(), ...either.map(sparseProduct), sparseBackward(), ...either.map(sparseWeights)],
  'sparse-alone': [
    transposeAlone(),
    ...either.map(sparseProductAlone),
    sparseBackwardAlone(),
    ...either.map(sparseWeightsAlone),
  ],
  'sparse-places': [
    sparseMask(),
    ...[...activationNames, ...parametric].map(sparseSlope),
    clearMarks(),
    markShader(),
    sparseSums(),
    sortPlaces(),
    sparseSumsAlone(),
  ],
  'dead-latents': [
    ...[
      [false, false],
      [true, false],
      [true, true],
    ].map(([counts, keeps]) => idleShader({ counts, keeps })),
    deadCount(),
    residualShader(),
    ...all({ encoderBias: either, decoderBias: either }).map(resampleShader),
  ],
  'unit-norm': [projectShader(), normalizeColumnsShader()],
  'avg-pool': [
    ...either.map((wide) => avgPoolForward({ wide })),
    ...all({ wide: either, slope: [undefined, ...activationNames] as (Activation | undefined)[] }).map(avgPoolBackward),
  ],
  pool: [
    ...either.map((wide) => maxPoolForward({ wide })),
    ...all({ wide: either, tiled: either, slope: [undefined, ...activationNames] as (Activation | undefined)[] }).map(
      maxPoolBackward,
    ),
  ],
  puzzle: [tileOrderShader(4), tileOrderShader(9), moveTilesShader(), cutTilesShader()],
  quads: [quadsShader()],
  resample: [
    ...all({
      kind: ['nearest', 'bilinear'] as const,
      wide: either,
      slope: [undefined, 'tanh'] as (Activation | undefined)[],
    }).flatMap((variant) => [upsampleForward(variant), upsampleBackward(variant)]),
    coarsenShader(),
  ],
  random: [
    ...(['uniform', 'normal', 'bernoulli'] as Distribution[]).map(randomShader),
    ...(['signs', 'normal', 'uniform'] as const).map(noiseShader),
  ],
  reparameterize: [
    ...either.map((weighted) => reparameterizeForward(weighted)),
    ...all({ scheduled: either, weighted: either }).map(({ scheduled, weighted }) =>
      reparameterizeBackward(scheduled, weighted),
    ),
    meanForward(),
    meanBackward(),
  ],
  mmd: [...(['imq', 'rbf'] as const).flatMap((kernel) => either.map((flag) => mmdPairs(kernel, flag))), mmdBackward()],
  categorical: [
    ...all({ writes: ['sums', 'gradient'] as const, weighted: either }).map(({ writes, weighted }) =>
      categoricalShader([3, 1, 2], writes, weighted),
    ),
    categoricalShader([2], 'elements'),
    groupSoftmaxShader([3, 1, 2]),
  ],
  'cell-loss': [
    ...all({ writes: ['sums', 'gradient'] as const, weighted: either }).map(({ writes, weighted }) =>
      cellLossShader(writes, weighted),
    ),
    cellLossShader('elements'),
  ],
  'cell-product': [
    ...either.flatMap((wide) => either.map((bias) => cellProduct(wide, bias))),
    ...either.map(cellWeights),
  ],
  cells: [scaleCells(), corruptCells('hide'), corruptCells('swap'), hideColumn(), takeColumn(), cellsOfOutputs()],
  'class-bias': [...either.map(classBiasForward), classBiasSums()],
  'partial-sums': [1, 2, 32].map((count) => partialSumsShader(count, 64)),
  optimizer: optimizers.flatMap((kind) => either.map((last) => optimizerShader(kind, last))),
  reduce: either.flatMap((flag) => [sumStage(flag), maxStage(flag), spread(flag)]),
  shuffle: all({ shuffled: either, subset: either }).map(shuffleShader),
  softmax: [softmaxForward(), softmaxBackward()],
  step: [
    ...all({ terms: [1, 2, 3], gradients: either, squares: either, alone: either })
      .filter(({ gradients, squares, alone }) => !squares || (gradients && !alone))
      .map(accountShader),
    advanceShader(),
    clipShader(),
  ],
};

/** What the compiler says of shaders; nothing of those that the device cannot have, which never gets to see them. */
export async function messagesOf({ device }: Gpu, shaders: readonly Text[]): Promise<string[]> {
  const possible = shaders.filter(({ code }) => device.features.has('subgroups') || !code.includes('enable subgroups'));
  const infos = possible.map(async ({ label, code }) => {
    const { messages } = await device.createShaderModule({ label, code }).getCompilationInfo();
    return messages.map(({ type, lineNum, message }) => `${label}: ${type} in line ${lineNum}: ${message}`);
  });
  return (await Promise.all(infos)).flat();
}
