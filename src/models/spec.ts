import { OptionError, ShapeError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { onDemand } from '../runtime/on-demand.ts';
import { checkFlag, checkOptions, checkSeed, checkSides, shown } from '../runtime/options.ts';
import type { Corruption } from './parts/corruptions.ts';
import type { Condition } from './parts/condition.ts';
import type { Holder } from './parts/first-values.ts';
import { checkLayers, refuseSeveralSamples, type Layer } from './parts/layer.ts';
import { asLoss, writtenLoss, type Loss, type LossName } from './parts/losses.ts';
import type { MakerName } from './parts/makers.ts';
import { Network, table } from './parts/network.ts';
import type { Hourglass } from './training/hourglass.ts';
import type { Owner } from './training/trainable.ts';
import { imageAhead, listed, takeSequences } from './parts/placed-layers.ts';
import type { Normalize, Scales } from './parts/normalize.ts';
import type { Normalizer } from './parts/normalizer.ts';
import { written } from './parts/part.ts';
import type { Opponent, Penalty } from './parts/penalties.ts';

/** The parts of an autoencoder. */
export interface AutoencoderSpec {
  /**
   * The shape of an example: the number of features, a sequence's length and channels, or an image's height, width and
   * channels.
   */
  input: number | [length: number, channels: number] | [height: number, width: number, channels: number];
  /** The layers from the input to the code. */
  encoder: Layer[];
  /** The layers from the code back to the input's shape. */
  decoder: Layer[];
  /**
   * The reconstruction loss: `'bce'`, `'mse'`, `'mae'`, `'huber'`, or what `huber`, `elementwise` or `categorical`
   * returns. `'bce'` treats data and outputs as probabilities, and works on the logits of a last layer with sigmoid.
   */
  loss: LossName | Loss;
  /**
   * What the encoder sees in training instead of the example: `gaussianNoise`, `maskNoise`, `saltAndPepper`,
   * `downsample`, `shuffleTiles`. Several are applied in this order.
   */
  corrupt?: Corruption | Corruption[];
  /**
   * Terms added to the loss: `contractive`, `stochasticContractive`, `sparsity`, `weightDecay`, `adversarial`, `mmd`,
   * `unitNorm`, `deadLatents`.
   */
  penalty?: Penalty | Penalty[];
  /** The normalisation of each feature before the first layer: `standardize()` or `minMax()`. */
  normalize?: Normalize;
  /**
   * Makes the decoder's weights the transposed weights of the encoder; its biases are its own. Both halves must mirror
   * each other. Default false.
   */
  tied?: boolean;
  /**
   * Gives encoder and decoder the label of each example (Sohn et al. 2015): the first dense or convolutional layer of
   * each has a bias for each class, `label.weight` [classes, units]. Data then need labels.
   */
  condition?: Condition;
  /** Determines the initial weights, the order of examples and all noise. Default 0. */
  seed?: number;
}

/** A checked spec. */
export interface Parts<S extends Scales = Normalizer> extends Omit<Hourglass<S>, 'opponent' | 'weights'> {
  /** The network that is trained against the model. Its weights are separate. */
  readonly discriminator?: Network;
  /** The counters of the penalties, kept beside the model's weights under the names that `recordLoss` looks up. */
  readonly counters: Holder;
  readonly tied: boolean;
  /** The number of classes of the labels that the model receives, if it receives labels. */
  readonly classes?: number;
  readonly seed: number;
}

/** The owners of the weights of a model's networks: of the model's own, and of those of a discriminator. */
export interface Owners {
  readonly own: () => Owner;
  readonly rival: () => Owner;
}

const known = ['input', 'encoder', 'decoder', 'loss', 'corrupt', 'penalty', 'normalize', 'tied', 'condition', 'seed'];

/** Checks a spec that `prepareSpec` has prepared. @throws OptionError, ShapeError */
export function readSpec(gpu: Gpu, spec: AutoencoderSpec, owners: Owners): Parts {
  checkOptions('autoencoder', spec, known);
  const { input, normalize, seed = 0, tied = false } = spec;
  checkSeed('autoencoder', seed);
  checkFlag('autoencoder: tied', tied);
  const loss = asLoss('autoencoder: the loss', spec.loss);
  for (const name of ['encoder', 'decoder'] as const) checkLayers(`autoencoder: the ${name}`, spec[name], 1);
  const classes = spec.condition === undefined ? undefined : conditioning().checkCondition(spec.condition);
  const [encoder, decoder] = (['encoder', 'decoder'] as const).map((name) =>
    classes === undefined ? spec[name] : conditioning().conditioned(name, spec[name], classes),
  );
  if (
    normalize !== undefined &&
    (!Array.isArray(normalize?.args) || (normalize.name !== 'standardize' && normalize.name !== 'minMax'))
  )
    throw new OptionError('autoencoder: normalize must be standardize() or minMax()');
  if (normalize) loss.checkNormalize?.(normalize);
  const corruptions = readList('corrupt', spec.corrupt);
  const inputShape = checkSides('autoencoder: input', Array.isArray(input) ? input : [input]);
  for (const corruption of corruptions) corruption.check?.(inputShape);
  const normalizer = normalize && new (normalizing().Normalizer)(gpu, normalize, loss.probabilities);
  const halves = { inputShape, encoder, decoder, scales: normalizer, exit: loss.exit ?? normalizer };
  return {
    ...assembleParts({ ...halves, loss, penalties: readList('penalty', spec.penalty), tied }, owners),
    corruptions,
    normalizer,
    tied,
    classes,
    seed,
  };
}

/** The layers and options that the networks of a model are made from. */
interface Halves {
  readonly inputShape: number[];
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
  readonly loss: Loss;
  readonly penalties: readonly Penalty[];
  /** Whether the decoder has the transposed weights of the encoder; `tying` is prepared then. */
  readonly tied?: boolean;
  /** The normalisation before the encoder and after the decoder, for the use of either half on its own. */
  readonly scales?: Scales;
  readonly exit?: Pick<Scales, 'inverse'>;
}

/** Makes the networks of a model from layers that have been checked one by one. @throws OptionError, ShapeError */
export function assembleParts(
  { inputShape, encoder, decoder, loss, penalties, tied = false, scales, exit }: Halves,
  { own, rival }: Owners,
): Pick<Parts, 'encoder' | 'decoder' | 'loss' | 'penalties' | 'counters' | 'discriminator'> {
  const inner = [...encoder.slice(0, -1), ...decoder].find(({ code }) => code);
  if (inner)
    throw new OptionError(`autoencoder: ${inner.name} is the code, so it can only be the last layer of the encoder`);
  for (const penalty of penalties) penalty.check(encoder, decoder, tied);
  const prepared = penalties.reduce((layers, penalty) => penalty.decoder?.(layers) ?? layers, decoder);
  const code = encoder.reduce((shape, layer) => layer.outputShape(shape), inputShape);
  const placed = penalties.map((penalty, i) => ({ name: `penalty.${i}`, parameters: penalty.counters?.(code) ?? [] }));
  const opponents = penalties.flatMap(({ opponent }) => (opponent ? [opponent] : []));
  if (opponents.length > 1) throw new OptionError('autoencoder: takes one adversarial penalty, not several');
  const [opponent] = opponents as (Opponent | undefined)[];
  const sequences = takeSequences([...encoder, ...decoder, ...(opponent?.layers ?? [])]);
  const first = new Network('encoder', encoder, inputShape, own, {
    around: { after: imageAhead(decoder, code, sequences), sequences },
    entry: scales,
  });
  const mirror = tied ? tying().tie(first, decoder) : { layers: prepared, borrowed: undefined };
  const second = new Network('decoder', mirror.layers, first.outputShape, own, {
    borrowed: mirror.borrowed,
    around: { before: first.flattened, sequences },
    exit,
  });
  const output = second.outputShape;
  if (!loss.recorded?.outputs && output.join() !== inputShape.join()) {
    const summary = table('autoencoder', [...first.describe(), ...second.describe()]);
    throw new ShapeError(
      `autoencoder: the decoder ends in ${shown(output)}, the input is ${shown(inputShape)}\n${summary}`,
    );
  }
  loss.checkDecoder?.(second.lastActivation, output);
  if (loss.exit) checkLogits(loss, first, penalties);
  const ofCode = opponent?.takes === 'code';
  const around = { before: ofCode ? listed(first.flattened ?? first.around.after) : undefined, sequences };
  const judged = ofCode ? first.outputShape : inputShape;
  const discriminator = opponent && new Network('discriminator', opponent.layers, judged, rival, { around });
  return { encoder: first, decoder: second, loss, penalties, counters: { parameterCount: 0, placed }, discriminator };
}

/**
 * Checks that nothing but the loss uses the outputs, which are logits, and that a code has one sample for each example.
 * @throws OptionError
 */
function checkLogits({ name }: Loss, encoder: Network, penalties: readonly Penalty[]): void {
  refuseSeveralSamples(`autoencoder: loss '${name}'`)(encoder.layers);
  const other = penalties.find(({ usesTarget, opponent }) => usesTarget || opponent?.takes === 'output');
  if (other)
    throw new OptionError(
      `autoencoder: ${other.name} cannot be combined with loss '${name}', whose outputs are logits`,
    );
}

/** The functions for the condition of a spec, once `prepareSpec` has loaded them. */
export const conditioning = onDemand(() => import('./parts/condition.ts'));
const normalizing = onDemand(() => import('./parts/normalizer.ts'));
const tying = onDemand(() => import('./parts/tied.ts'));

/** Loads what reading a spec needs: pages without a condition, a normalisation or tied weights do not load it. */
export async function prepareSpec(spec: Partial<AutoencoderSpec> | undefined): Promise<void> {
  await Promise.all([
    spec?.condition === undefined ? undefined : conditioning.prepare(),
    spec?.normalize === undefined ? undefined : normalizing.prepare(),
    spec?.tied ? tying.prepare() : undefined,
  ]);
}

/** Returns a spec as plain data; `readAutoencoder` reads it back. */
export function writeSpec(parts: Parts): object {
  const { encoder, decoder, loss, corruptions, penalties, normalizer, tied, classes, seed } = parts;
  const { inputShape } = encoder;
  return {
    input: inputShape.length === 1 ? inputShape[0] : inputShape,
    encoder: written(encoder.layers),
    decoder: written(decoder.layers),
    loss: writtenLoss(loss),
    corrupt: written(corruptions),
    penalty: written(penalties),
    normalize: normalizer?.describe(),
    tied,
    condition: classes === undefined ? undefined : { classes },
    seed,
  };
}

/** The makers of the parts that each option takes; the type ensures that none is missing. */
const makersOf: { corrupt: Record<MakerName<'corruptions'>, true>; penalty: Record<MakerName<'penalties'>, true> } = {
  corrupt: {
    gaussianNoise: true,
    maskNoise: true,
    saltAndPepper: true,
    downsample: true,
    shuffleTiles: true,
    hideCells: true,
    swapNoise: true,
  },
  penalty: {
    contractive: true,
    stochasticContractive: true,
    sparsity: true,
    weightDecay: true,
    adversarial: true,
    mmd: true,
    unitNorm: true,
    deadLatents: true,
  },
};

/**
 * Reads an option that takes one part or a list.
 * @throws OptionError, also for a part that belongs to the other option, since both have `record`
 */
export function readList<T extends Corruption | Penalty>(
  option: keyof typeof makersOf,
  given: T | T[] | undefined,
): T[] {
  const all: T[] = given === undefined ? [] : Array.isArray(given) ? Array.from(given) : [given];
  const others = makersOf[option === 'corrupt' ? 'penalty' : 'corrupt'];
  const right = (part: Partial<T> | undefined | null) =>
    typeof part?.record === 'function' &&
    (option === 'corrupt' || typeof part.check === 'function') &&
    !Object.hasOwn(others, String(part.name));
  if (!all.every(right))
    throw new OptionError(`autoencoder: ${option} takes what ${Object.keys(makersOf[option]).join(', ')} return`);
  return all;
}
