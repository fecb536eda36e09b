import type { OnDevice } from '../../data/dataset.ts';
import type { Examples } from '../../data/labels.ts';
import { withoutBlanks } from '../../kernels/blanks.ts';
import type { ImportanceSamples } from '../../kernels/importance.ts';
import { loss, type Blanks } from '../../kernels/loss.ts';
import type { Parameters } from '../../runtime/parameters.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import type { Corruption } from '../parts/corruptions.ts';
import type { Layout } from '../parts/layout.ts';
import type { Loss } from '../parts/losses.ts';
import type { Network } from '../parts/network.ts';
import type { Scales } from '../parts/normalize.ts';
import type { Normalizer } from '../parts/normalizer.ts';
import type { Pass } from './pass.ts';
import type { Encoding, Opponent, Penalty } from '../parts/penalties.ts';
import type { Losses } from './losses.ts';
import { startPlace } from './place.ts';
import type { Term } from './terms.ts';
import { putData, type Owner, type Phase, type Trainable } from './trainable.ts';

/** The parts that all autoencoders share: an encoder, a decoder, and the terms of the loss. */
export interface Hourglass<S extends Scales = Normalizer> {
  readonly encoder: Network;
  readonly decoder: Network;
  readonly loss: Loss;
  readonly corruptions: readonly Corruption[];
  readonly penalties: readonly Penalty[];
  /** The normalisation before the first layer. */
  readonly normalizer?: S;
  /** The network that is trained against the model. */
  readonly opponent?: Opposition;
  /** Returns all trained parameters whose role is `'weight'`. */
  readonly weights: () => Tensor[];
}

/** An autoencoder of any kind, including those of tables, which scale their data in another way. */
export type AnyHourglass = Hourglass<Scales>;

/** A network that is trained against a model, with its penalty. */
export interface Opposition {
  readonly penalty: Opponent;
  readonly network: Network;
  readonly parameters: Parameters<Layout>;
}

export const isGaussian = ({ encoder }: Pick<AnyHourglass, 'encoder'>): boolean => encoder.code?.kind === 'gaussian';

/** Uploads data for an autoencoder, after a check by its loss. @throws OptionError, ShapeError, DataError */
export async function putChecked(
  { encoder, loss, normalizer }: AnyHourglass,
  where: string,
  owner: Owner,
  data: Examples,
): Promise<OnDevice> {
  const made = await putData(where, owner, data, encoder.inputShape);
  try {
    if (!normalizer) loss.checkData?.(made.set);
    return made;
  } catch (error) {
    made.release();
    throw error;
  }
}

/** Records examples as the target of the decoder: normalised, with blanks still blank. */
export const recordTarget = ({ normalizer }: AnyHourglass, { tape, blanks }: Pass, x: Tensor): Tensor =>
  normalizer?.forward(tape, x, blanks) ?? x;

/** Records a target with its blanks filled, as the layers take it. */
export const recordFilled = ({ tape, blanks }: Pass, target: Tensor): Tensor =>
  blanks ? withoutBlanks(tape, target) : target;

/** Records examples as the layers take them: normalised, with blanks filled. */
export const recordInput = (model: AnyHourglass, pass: Pass, x: Tensor): Tensor =>
  recordFilled(pass, recordTarget(model, pass, x));

/** Records the encoding of a batch, which is corrupted in training. */
function recordEncoding(model: AnyHourglass, pass: Pass, examples: Tensor) {
  const { encoder, corruptions } = model;
  const x = recordTarget(model, pass, examples);
  const clean = recordFilled(pass, x);
  const input = pass.training
    ? corruptions.reduce((seen, corruption) => corruption.record(pass, seen, encoder.inputShape), clean)
    : clean;
  const { outputs, terms, samples } = encoder.recordLayers(pass, input);
  return { x, input, outputs, code: outputs.at(-1)!, terms, samples };
}

/** Records the terms of the loss of a batch. */
export function recordLoss(model: AnyHourglass, pass: Pass, examples: Tensor): Term[] {
  const { encoder, decoder, penalties, opponent, weights } = model;
  const { x, input, outputs, code, terms, samples } = recordEncoding(model, pass, examples);
  let decoded: Tensor | undefined;
  const output = () => (decoded ??= decoder.record(pass, code, { logits: model.loss.probabilities }));
  const reconstruction: Term[] = samples
    ? recordBound(model, pass, x, samples)
    : [{ name: 'reconstruction', sums: recordReconstructionLoss(model, pass, x, code, output) }];
  const encoding: Omit<Encoding, 'counter'> = {
    pass,
    input,
    code,
    outputs,
    encoder,
    decoder,
    weights,
    encode: (nearby) => encoder.record(pass, nearby),
    target: x,
    output,
    decode: (codes) => decoder.record(pass, codes),
    opponent: opponent?.network,
  };
  const added = penalties.flatMap((penalty, i) => {
    const counter = (name: string) => encoder.owner().parameters.get(`penalty.${i}.${name}`);
    return penalty.record({ ...encoding, counter });
  });
  return [...reconstruction, ...terms, ...added];
}

/**
 * Records the distance of the decoder's outputs for codes from the examples, either directly or behind a layer of the
 * discriminator.
 */
function recordReconstructionLoss(
  model: AnyHourglass,
  pass: Pass,
  x: Tensor,
  code: Tensor,
  output: () => Tensor,
): Tensor {
  const { decoder, opponent } = model;
  const { tape, state } = pass;
  const layers = opponent?.penalty.features;
  if (layers === undefined) return recordDistance(model, pass, output(), x);
  const seen = opponent!.network.part(0, layers);
  const features = tape.constant(() => seen.record(pass, x));
  const factor = isGaussian(model) ? 0.5 : features.rows / features.size;
  const { weights } = pass;
  return loss(tape, 'mse', seen.record(pass, decoder.record(pass, code)), features, state, factor, { weights });
}

/** Records the reconstruction loss of outputs and targets, as sums over parts of each row. */
export function recordDistance(
  model: AnyHourglass,
  { tape, state, blanks, weights }: Pass,
  y: Tensor,
  x: Tensor,
): Tensor {
  const { kernel, recorded } = model.loss;
  if (recorded) return recorded.rows(tape, y, x, state, !isGaussian(model), weights);
  const options = { blanks: blanks ? countedIn(model) : undefined, weights };
  return loss(tape, kernel, y, x, state, factorOf(model, x), options);
}

/** Records the importance-weighted bound as the loss, and its parts, which are only reported. */
function recordBound(model: AnyHourglass, pass: Pass, x: Tensor, { z, bound }: ImportanceSamples): Term[] {
  const y = model.decoder.record(pass, z, { logits: model.loss.probabilities });
  // A loss without a kernel takes a code of one sample.
  const { bound: sums, reconstruction, kl } = bound(model.loss.kernel!, y, x, factorOf(model, x), pass.weights);
  return [
    { name: 'reconstruction', sums: reconstruction, coefficient: 0 },
    { name: 'kl', sums: kl, coefficient: 0 },
    { sums },
  ];
}

/** The phase that trains a network against the model, which stays fixed. */
function opponentPhase(model: AnyHourglass, { penalty, network, parameters }: Opposition): Phase {
  const { optimizer, record } = penalty;
  return {
    name: 'discriminator',
    trains: parameters,
    initial: optimizer,
    record(pass, { x: examples }) {
      const { tape } = pass;
      const { x, code } = tape.constant(() => recordEncoding(model, pass, examples));
      const decode = (codes: Tensor) => tape.constant(() => model.decoder.record(pass, codes));
      return record({ pass, network, x, code, decode });
    },
  };
}

/**
 * Returns the factor of an element's loss. Without a Gaussian code the loss is the mean over elements, as in Keras;
 * with one it is minus the log-likelihood, for N(y, I) ½ Σ (x − y)² plus a constant.
 */
export const factorOf = (model: AnyHourglass, x: Tensor): number =>
  isGaussian(model) ? model.loss.nats : 1 / x.columns;

/** Returns how a row with blanks counts in the loss. */
export const countedIn = (model: AnyHourglass): Blanks => (isGaussian(model) ? 'sum' : 'share');

/** Returns an untrained autoencoder as `fit` takes it. */
export function trainable(model: AnyHourglass, owner: Owner, seed: number): Trainable<Losses, Examples> {
  const { code } = model.encoder;
  return {
    owner,
    place: owner.place ?? startPlace(),
    seed,
    normalized: model.normalizer !== undefined,
    perExample: code?.kind === 'gaussian' ? code.samples : 1,
    phases: [
      ...(model.opponent ? [opponentPhase(model, model.opponent)] : []),
      {
        name: 'autoencoder',
        trains: owner.parameters,
        record: (pass, { x }) => recordLoss(model, pass, x),
      },
    ],
    put: (where, data) => putChecked(model, where, owner, data),
    prepare: async (training) => model.normalizer?.fit(training),
  };
}
