import { trainedOn } from '../../data/as-dataset.ts';
import type { Examples } from '../../data/labels.ts';
import { OptionError, ShapeError } from '../../errors.ts';
import { philox, streams } from '../../runtime/random.ts';
import { scoped } from '../../runtime/scope.ts';
import { Turns } from '../../runtime/turns.ts';
import { checkAlive, startFit } from './fit.ts';
import { batchSizeFor, checkFitOptions, type FitOptions, type History } from './fit-options.ts';
import type { Losses } from './losses.ts';
import { recordInput, recordLoss, recordTarget, trainable, type Hourglass } from './hourglass.ts';
import { makeParameters } from '../parts/first-values.ts';
import type { Network } from '../parts/network.ts';
import { putData, type Owner, type Phase, type Trainable } from './trainable.ts';
import { splitOff } from './validation.ts';
import { copyWeights } from '../saving/weights.ts';

type Stage = Trainable<Losses, Examples>;

/**
 * Trains each layer with its counterpart; see `Autoencoder.pretrain`. Calls `onChange` each time it has replaced weights
 * of the model.
 */
export async function pretrainLayers(
  model: Hourglass,
  whole: Stage,
  data: Examples,
  options: FitOptions<Losses, Examples>,
  onChange: () => void,
): Promise<History[]> {
  checkFitOptions(options);
  const pairs = pairLayers(model);
  const counting = model.penalties.find(({ counters }) => counters);
  if (counting)
    throw new OptionError(
      `pretrain: ${counting.name} counts over the whole model, not in stages: train with fit alone`,
    );
  const { owner, seed, put } = whole;
  return scoped(async (scope) => {
    const set = scope.ownSet(await put('pretrain', data));
    // All stages, and a later `fit`, hold out the same examples.
    const { training, held } = await splitOff(scope, 'pretrain', whole, set, options.validation);
    batchSizeFor(options.batchSize, training.length);
    const histories: History[] = [];
    for (const [i, pair] of pairs.entries()) {
      const stage = { stage: i + 1, stages: pairs.length };
      const stageOptions: FitOptions<Losses, Examples> = {
        ...options,
        validation: held,
        ...(options.onProgress && { onProgress: (progress) => options.onProgress?.({ ...progress, ...stage }) }),
        ...(options.onEpochEnd && { onEpochEnd: (epoch) => options.onEpochEnd?.({ ...epoch, ...stage }) }),
      };
      const fit = (stage: Stage) => startFit(stage, training, stageOptions);
      histories.push(await trainPair(model, owner, pair, philox([i, 0, 0, 0], [seed, streams.stages])[0], fit));
      onChange();
    }
    whole.place.trainedOn = trainedOn(set);
    return histories;
  });
}

/** Consecutive layers of a network, of which one has weights. */
interface Span {
  /** The index of the first layer. */
  readonly from: number;
  /** The index of the layer with weights. */
  readonly weighted: number;
  /** The index behind the last layer. */
  readonly to: number;
}

/** The layers of a stage. The outermost stage takes the data themselves, so its encoder starts at index 0. */
interface Pair {
  readonly encoder: Span;
  readonly decoder: Span;
}

/** Pairs layers from the outside in. @throws OptionError, ShapeError */
function pairLayers({ encoder, decoder }: Hourglass): Pair[] {
  const all = [...encoder.weighted, ...encoder.layers.filter(({ code }) => code), ...decoder.weighted];
  const other = all.find(({ units }) => units === undefined);
  if (other) throw new OptionError(`pretrain: takes dense layers, not ${other.name}`);
  const [inwards, outwards] = [spans(encoder), spans(decoder).reverse()];
  if (inwards.length !== outwards.length)
    throw new OptionError(
      `pretrain: the decoder has ${outwards.length} layers with weights, the encoder ${inwards.length}: each needs a counterpart`,
    );
  return inwards.map((into, i) => {
    const out = outwards[i];
    const taken = encoder.shapeBefore(into.from);
    const given = decoder.shapeBefore(out.to);
    if (taken.join() !== given.join())
      throw new ShapeError(
        `pretrain: encoder.${into.weighted} takes [${taken.join(', ')}], its counterpart decoder.${out.weighted} gives [${given.join(', ')}]`,
      );
    // In the whole model, dropout behind an inner layer of the decoder acts on hidden units, not on what is compared.
    return { encoder: into, decoder: i ? { ...out, to: endOfResult(decoder, out.to) } : out };
  });
}

/**
 * Divides the layers of a network: layers without weights belong to the one with weights before them, and the first
 * ones to the first one with weights.
 */
function spans({ layers }: Network): Span[] {
  const weighted = layers.flatMap((layer, i) => (layer.units === undefined ? [] : [i]));
  return weighted.map((at, i) => ({ from: i && at, weighted: at, to: weighted[i + 1] ?? layers.length }));
}

/** Returns the index behind the last of the layers before `to` that prediction needs. */
const endOfResult = ({ layers }: Network, to: number): number =>
  layers.slice(0, to).findLastIndex(({ trainingOnly }) => !trainingOnly) + 1;

/** Trains copies of two layers' weights, which then replace the originals. */
async function trainPair(
  model: Hourglass,
  whole: Owner,
  pair: Pair,
  seed: number,
  fit: (stage: Stage) => Promise<History>,
): Promise<History> {
  const { gpu } = whole;
  const { from, to } = pair.encoder;
  const below = model.encoder.part(0, endOfResult(model.encoder, from));
  const owner: () => Owner = () => stageOwner;
  const encoder = model.encoder.part(from, to, owner);
  const decoder = model.decoder.part(pair.decoder.from, pair.decoder.to, owner);
  const [parameters] = makeParameters(gpu, [[encoder, decoder]], seed);
  const stageOwner: Owner = { gpu, parameters, turns: new Turns() };
  try {
    await copyWeights(whole, whole.parameters, parameters);
    const stage: Hourglass = {
      ...model,
      normalizer: undefined,
      // A discriminator judges the model's code or output, not those of a stage.
      penalties: model.penalties.filter(({ opponent }) => !opponent),
      opponent: undefined,
      encoder,
      decoder,
      loss: from ? model.loss.inner(below.lastActivation, decoder.lastActivation) : model.loss,
      weights: () => parameters.withRole('weight'),
    };
    const record: Phase['record'] = (pass, { x }) => {
      const clean = pass.tape.constant(() => {
        if (!from) return recordTarget(model, pass, x);
        return below.record(pass.predicting(), recordInput(model, pass, x));
      });
      return recordLoss(stage, pass, clean);
    };
    const history = await fit({
      ...trainable(stage, stageOwner, seed),
      used: [whole.parameters],
      normalized: model.normalizer !== undefined,
      // A stage takes the data of the whole model, which have been checked for it.
      put: (where, examples) => putData(where, whole, examples, model.encoder.inputShape),
      prepare: async (training) => model.normalizer?.fit(training),
      phases: [{ name: 'autoencoder', trains: parameters, record }],
    });
    // A callback at the stage's end may have disposed the model.
    checkAlive('pretrain', [whole.parameters]);
    await copyWeights(whole, parameters, whole.parameters);
    return history;
  } finally {
    parameters.dispose();
  }
}
