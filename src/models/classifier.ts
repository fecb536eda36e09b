import type { Data } from '../data/dataset.ts';
import { putLabelled } from '../data/labelled.ts';
import type { Labelled, Labels } from '../data/labels.ts';
import { crossEntropy } from '../kernels/cross-entropy.ts';
import { softmax } from '../kernels/softmax.ts';
import type { Gpu } from '../runtime/device.ts';
import type { Parameters } from '../runtime/parameters.ts';
import type { Matrix, Tensor } from '../runtime/tensor.ts';
import type { FitOptions, Training } from './training/fit-options.ts';
import { readSpec, type ClassifierSpec, type CompleteSpec } from './classifier-spec.ts';
import { Model, type Inside } from './model.ts';
import { predict } from './predict.ts';
import { asNormalizer } from './parts/normalizer.ts';
import { makeParameters, type SavedValues } from './parts/first-values.ts';
import type { Layer } from './parts/layer.ts';
import { dense } from './parts/layers.ts';
import type { Layout } from './parts/layout.ts';
import { Network } from './parts/network.ts';
import { written } from './parts/part.ts';
import { listed, takeSequences } from './parts/placed-layers.ts';
import type { Pass } from './training/pass.ts';
import { classification, likeliest } from './training/classes.ts';
import { newOwner, type Owner, type ModelOwner, type Phase, type Trainable } from './training/trainable.ts';
import { copyWeights } from './saving/weights.ts';

/** The loss and the accuracy of a classifier. */
export interface ClassifierLosses {
  /** The softmax cross-entropy in nats, averaged over the examples. */
  loss: number;
  /** The fraction of examples whose most probable class is the right one. */
  accuracy: number;
}

/** The probabilities of the classes, [examples, classes], and the most probable class of each example. */
export interface Prediction extends Matrix {
  /** The most probable class of each example. */
  labels: Int32Array;
}

/** Makes a classifier with a copy of the encoder's weights. @throws OptionError, ShapeError */
export async function classifierFrom(gpu: Gpu, spec: ClassifierSpec): Promise<Classifier> {
  const made = new Classifier(gpu, readSpec(gpu, spec));
  try {
    await made.copyFrom(spec.encoder.owner());
    return await made.prepare();
  } catch (error) {
    made.dispose();
    throw error;
  }
}

/** A classifier of the features that an encoder computes. `classifier` makes it. */
export class Classifier extends Model<ClassifierLosses, Labelled> {
  /** A copy of the encoder that the classifier was made from. */
  readonly encoder: Network;
  /** The layers behind the encoder, up to one logit for each class. */
  readonly head: Network;
  /** The number of classes. */
  readonly classes: number;
  /** @internal */
  protected readonly inside: Inside<ClassifierLosses, Labelled>;
  /** The weights of a frozen encoder, which no optimizer changes. */
  readonly #frozen: Parameters<Layout> | undefined;

  /** Starts from the weights in `savedValues` if it is present. @internal */
  constructor(gpu: Gpu, spec: CompleteSpec, savedValues?: SavedValues) {
    super();
    const { encoder, classes, freeze, hidden, seed, classWeights } = spec;
    this.classes = classes;
    const owner = () => (this.#frozen ? { ...this.alive(), parameters: this.#frozen } : this.alive());
    const { flattened, around } = encoder;
    this.head = new Network('head', [...hidden, dense(classes)], encoder.outputShape, () => this.alive(), {
      around: { before: flattened ?? listed(around.after), sequences: around.sequences || takeSequences(hidden) },
    });
    const apart = freeze && encoder.weighted.length > 0;
    const networks = apart ? [[encoder], [this.head]] : [[encoder, this.head]];
    const parameterSets = makeParameters(gpu, networks, seed, savedValues);
    this.#frozen = apart ? parameterSets[0] : undefined;
    this.encoder = encoder.part(0, encoder.layers.length, owner, asNormalizer(encoder.entry)?.copy());
    this.inside = {
      kind: 'classifier',
      trainable: this.#trainable(newOwner(gpu, parameterSets.at(-1)!), seed, classWeights),
      networks: [this.encoder, this.head],
      parameterSets,
      others: [this.encoder.entry],
      spec: () => ({ ...this.#spec(freeze, hidden, seed), ...(classWeights && { classWeights }) }),
    };
  }

  /** Copies the weights of the encoder that the classifier is made from. @internal */
  copyFrom(source: Owner): Promise<void> {
    const { owner, place } = this.inside.trainable;
    place.trainedOn = source.place?.trainedOn;
    // The source may have a head of its own.
    return copyWeights(source, source.parameters, this.#frozen ?? owner.parameters, this.encoder.prefix);
  }

  /**
   * Trains the classifier further on examples and their classes. The options are those of an autoencoder's `fit`;
   * `validation` is a data set with labels, `{ data, labels }`, or a fraction.
   *
   * Rejects with OptionError, ShapeError or DataError before the first dispatch, and later with DivergedError,
   * DeviceLostError, or the signal's reason.
   */
  fit(data: Data, labels: Labels, options: FitOptions<ClassifierLosses, Labelled>): Training<ClassifierLosses> {
    return this.start({ data, labels }, options);
  }

  /** Computes loss and accuracy over all examples. @throws OptionError, ShapeError, DataError */
  async evaluate(data: Data, labels: Labels, options: { batchSize?: number } = {}): Promise<ClassifierLosses> {
    return this.measure({ data, labels }, options, ['batchSize']);
  }

  /**
   * Returns the probabilities of the classes, [examples, classes], and the most probable class of each example as
   * `labels`.
   * @throws ShapeError, DataError
   */
  async predict(data: Data): Promise<Prediction> {
    const { classes } = this;
    const record = (pass: Pass, x: Tensor) =>
      softmax(pass.tape, this.head.record(pass, this.encoder.recordFromData(pass, x)));
    const probabilities = await predict(this.alive(), 'predict', data, this.encoder.inputShape, [classes], record);
    return { ...probabilities, labels: likeliest(probabilities.data, classes) };
  }

  #trainable(owner: ModelOwner, seed: number, classWeights?: readonly number[]): Trainable<ClassifierLosses, Labelled> {
    const { encoder, head, classes } = this;
    const frozen = this.#frozen;
    const record: Phase['record'] = (pass, { x, targets }) => {
      const code = frozen
        ? pass.tape.constant(() => encoder.recordFromData(pass.predicting(), x))
        : encoder.recordFromData(pass, x, { mean: true });
      return classification(crossEntropy(pass.tape, head.record(pass, code), targets!, pass.state, pass.weights));
    };
    return {
      owner,
      used: frozen && [frozen],
      place: owner.place,
      seed,
      normalized: encoder.entry && true,
      put: (where, labelled) =>
        putLabelled(where, owner.gpu, labelled, encoder.inputShape, classes, {
          before: owner.place.trainedOn,
          classWeights,
        }),
      prepare: async (training) => encoder.entry?.fit(training),
      phases: [{ name: 'classifier', trains: owner.parameters, record }],
    };
  }

  #spec(freeze: boolean, hidden: readonly Layer[], seed: number): object {
    const { inputShape, layers, around, entry } = this.encoder;
    const encoder = { input: inputShape, layers: written(layers), around, normalize: asNormalizer(entry)?.describe() };
    return { encoder, classes: this.classes, freeze, hidden: written(hidden), seed };
  }
}
