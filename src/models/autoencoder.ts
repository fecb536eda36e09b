import { asDataset, checkProbabilities, type Data, type Dataset } from '../data/dataset.ts';
import { DataError, LatentGpuError, OptionError, ShapeError } from '../errors.ts';
import { elementLosses, loss, type LossKind } from '../kernels/loss.ts';
import { sum } from '../kernels/reduce.ts';
import type { Gpu } from '../runtime/device.ts';
import { checkNumber, checkOptions } from '../runtime/options.ts';
import { Parameters } from '../runtime/parameters.ts';
import type { Tape } from '../runtime/tape.ts';
import { readTensors, writeTensor, type Matrix, type Tensor } from '../runtime/tensor.ts';
import { Turns } from '../runtime/turns.ts';
import { startFit } from './fit.ts';
import type { FitOptions, Losses, Training } from './fit-options.ts';
import { linearPath, sphericalPath } from './interpolate.ts';
import type { Layer } from './layers.ts';
import { Network, predict, table, type Host, type LayerInfo } from './network.ts';
import { Evaluation } from './run.ts';
import type { Trainable } from './trainable.ts';
import { startPlace } from './trainer.ts';

export interface AutoencoderSpec {
  /** Features of an example, or an image's height, width and channels. */
  input: number | [height: number, width: number, channels: number];
  /** From the input to the code. */
  encoder: Layer[];
  /** From the code back to the input's shape. */
  decoder: Layer[];
  /** `'bce'` takes data and outputs for probabilities, and works on the logits of a last layer with sigmoid. */
  loss: LossKind;
  /** Default 0. Weights, shuffles and noise all follow from it. */
  seed?: number;
}

/**
 * Makes an autoencoder: an encoder, a narrow code, a decoder. The members of the family differ only in the parts handed in.
 * @throws OptionError an option that does not exist or cannot be; ShapeError where layers do not fit, with every layer's shape
 */
export async function autoencoder(gpu: Gpu, spec: AutoencoderSpec): Promise<Autoencoder> {
  checkOptions('autoencoder', spec, ['input', 'encoder', 'decoder', 'loss', 'seed']);
  gpu.check();
  return new Autoencoder(gpu, spec);
}

export class Autoencoder {
  /** The halves on their own. They share the model's weights: training it trains them. */
  readonly encoder: Network;
  readonly decoder: Network;
  readonly #host: Host;
  readonly #model: Trainable;
  readonly #loss: LossKind;
  #fitting = false;
  #disposed = false;

  /** @internal */
  constructor(gpu: Gpu, { input, encoder, decoder, loss, seed = 0 }: AutoencoderSpec) {
    checkNumber('autoencoder: seed', seed, { least: 0, most: 2 ** 32 - 1, whole: true });
    if (loss !== 'bce' && loss !== 'mse') throw new OptionError(`autoencoder: the loss is 'bce' or 'mse', not '${String(loss)}'`);
    for (const [name, layers] of Object.entries({ encoder, decoder })) {
      if (!Array.isArray(layers) || !layers.length || layers.some((layer) => typeof layer?.forward !== 'function')) throw new OptionError(`autoencoder: the ${name} is a list of at least one layer`);
    }
    const inputShape = (Array.isArray(input) ? input : [input]).map((n) => checkNumber('autoencoder: input', n, { least: 1, whole: true }));
    const host = () => this.#alive();
    this.encoder = new Network('encoder', encoder, inputShape, host);
    this.decoder = new Network('decoder', decoder, this.encoder.outputShape, host);
    const output = this.decoder.outputShape;
    if (output.join() !== inputShape.join()) {
      throw new ShapeError(`autoencoder: the decoder ends in [${output.join(', ')}], the input is [${inputShape.join(', ')}]\n${this.summary()}`);
    }
    if (loss === 'bce' && this.decoder.lastActivation !== 'sigmoid') {
      throw new OptionError(`autoencoder: loss 'bce' needs a decoder whose last layer has the activation 'sigmoid', not '${this.decoder.lastActivation}'`);
    }
    const encoderSpecs = this.encoder.parameterSpecs(seed, 0);
    const parameters = new Parameters(gpu, [...encoderSpecs, ...this.decoder.parameterSpecs(seed, encoderSpecs.length)]);
    this.#loss = loss;
    this.#host = { gpu, parameters, turns: new Turns() };
    this.#model = {
      host: this.#host,
      place: startPlace(),
      seed,
      inputShape,
      checkData: (data) => this.#checkData(data),
      recordLoss: (tape, x, state, gradient) => {
        const [y, kind] = this.#compared(tape, x);
        return lossOf(tape, kind, y, x, state, gradient);
      },
      report: (mean) => ({ loss: mean, reconstruction: mean }),
    };
  }

  /** Numbers in a code. */
  get codeSize(): number {
    return this.encoder.outputShape.reduce((product, n) => product * n, 1);
  }

  /**
   * Trains, on top of what was trained before. Weights may be read meanwhile: `encode`, `evaluate` and the like are served between submits.
   * An interrupted epoch is taken up where it stopped, if the number of examples, the batch size and shuffling are the same.
   *
   * Rejects with OptionError, ShapeError, DataError before the first dispatch; with DivergedError, DeviceLostError, or the signal's reason.
   */
  fit(data: Data, options: FitOptions): Training {
    if (this.#disposed) return refuse(new LatentGpuError('the model was disposed'));
    if (this.#fitting) return refuse(new LatentGpuError('fit: this model is being trained already'));
    this.#fitting = true;
    const training = startFit(this.#model, data, options);
    const { pause, resume, stop } = training;
    return Object.assign(training.finally(() => (this.#fitting = false)), { pause, resume, stop });
  }

  /** The loss over all examples, nothing trained: the mean over all elements, as in Keras. @throws ShapeError, DataError */
  async evaluate(data: Data, options: { batchSize?: number } = {}): Promise<Losses> {
    checkOptions('evaluate', options, ['batchSize']);
    if (options.batchSize !== undefined) checkNumber('evaluate: batchSize', options.batchSize, { least: 1, whole: true });
    return this.#withData('evaluate', data, async (set) => {
      const evaluation = await Evaluation.make(set, (tape, x, state) => this.#model.recordLoss(tape, x, state, false), options.batchSize);
      try {
        return this.#model.report(await this.#host.turns.take(() => evaluation.run()));
      } finally {
        evaluation.dispose();
      }
    });
  }

  /** Codes, [examples, code]. @throws ShapeError, DataError */
  encode(data: Data): Promise<Matrix> {
    return this.encoder.predict(data);
  }

  /** Rows of codes back to examples. @throws ShapeError, DataError */
  decode(codes: Matrix | Float32Array): Promise<Matrix> {
    return this.decoder.predict(codes);
  }

  /** Examples through the code and back. @throws ShapeError, DataError */
  async reconstruct(data: Data): Promise<Matrix> {
    const record = (tape: Tape, x: Tensor) => this.decoder.record(tape, this.encoder.record(tape, x));
    return predict(this.#alive(), 'reconstruct', data, this.encoder.inputShape, this.decoder.outputShape, record);
  }

  /**
   * The reconstruction loss of each example, the mean over its elements: an anomaly score, higher is stranger. With `perFeature` of each
   * element, examples × features in one array.
   * @throws ShapeError, DataError
   */
  async errors(data: Data, options: { perFeature?: boolean } = {}): Promise<Float32Array> {
    checkOptions('errors', options, ['perFeature']);
    const { inputShape } = this.encoder;
    const columns = options.perFeature ? inputShape : [1];
    return this.#withData('errors', data, async (set) => {
      const { data: values } = await predict(this.#host, 'errors', set, inputShape, columns, (tape, x, state) => {
        const [y, kind] = this.#compared(tape, x);
        return options.perFeature ? elementLosses(tape, kind, y, x, state) : sum(tape, lossOf(tape, kind, y, x, state, false), 1);
      });
      return values;
    });
  }

  /** Decodes `steps` codes on the way from one example to another, both ends included. Default path: linear. */
  async interpolate(from: Data, to: Data, steps: number, options: { path?: 'linear' | 'spherical' } = {}): Promise<Matrix> {
    checkOptions('interpolate', options, ['path']);
    checkNumber('interpolate: steps', steps, { least: 2, whole: true });
    const { path = 'linear' } = options;
    if (path !== 'linear' && path !== 'spherical') throw new OptionError(`interpolate: the path is 'linear' or 'spherical', not '${String(path)}'`);
    const [start, end] = [await this.#oneCode('interpolate: from', from), await this.#oneCode('interpolate: to', to)];
    return this.decode((path === 'linear' ? linearPath : sphericalPath)(start, end, steps));
  }

  /** Decodes an example's code with one of its dimensions (from 0 on) set to each of `values`. */
  async traverse(data: Data, dimension: number, values: number[]): Promise<Matrix> {
    checkNumber('traverse: dimension', dimension, { least: 0, most: this.codeSize - 1, whole: true });
    if (!Array.isArray(values) || !values.length) throw new OptionError('traverse: values are a list of at least one number');
    const code = await this.#oneCode('traverse', data);
    const codes = new Float32Array(values.length * code.length);
    values.forEach((value, i) => {
      codes.set(code, i * code.length);
      codes[i * code.length + dimension] = checkNumber('traverse: value', value);
    });
    return this.decode(codes);
  }

  /** All weights, named and laid out as those of a `torch.nn.Sequential`: `encoder.0.weight` is [out, in]. */
  async weights(): Promise<Record<string, Matrix>> {
    const { gpu, parameters, turns } = this.#alive();
    const values = await turns.take(() => readTensors(gpu, parameters.tensors));
    return Object.fromEntries(parameters.names.map((name, i) => [name, { data: values[i] as Float32Array, shape: [...parameters.get(name).shape] }]));
  }

  /** Sets some weights or all. @throws ShapeError on a wrong name or shape, DataError on a value that is not finite; then none is set */
  setWeights(weights: Record<string, Matrix>): void {
    const { gpu, parameters, turns } = this.#alive();
    for (const [name, { data, shape }] of Object.entries(weights)) {
      if (!parameters.has(name)) throw new ShapeError(`setWeights: there is no ${name}; there are ${parameters.names.join(', ')}`);
      const wanted = parameters.get(name).shape;
      if (shape.join() !== wanted.join() || data.length !== parameters.get(name).size) {
        throw new ShapeError(`setWeights: ${name} is [${wanted.join(', ')}], not [${shape.join(', ')}] with ${data.length} values`);
      }
      const wrong = data.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0) throw new DataError(`setWeights: ${name} has ${data[wrong]} at ${wrong}`);
    }
    const copies = Object.entries(weights).map(([name, { data }]) => [parameters.get(name), data.slice()] as const);
    // In its turn, so that a long `reconstruct` sees one set of weights; everything asked for later comes after it.
    void turns.take(() => copies.forEach(([parameter, values]) => writeTensor(gpu, parameter, values)));
  }

  /** A table of layers, shapes and parameters, as in Keras. */
  summary(): string {
    return table('autoencoder', this.describe());
  }

  /** The same as data. */
  describe(): LayerInfo[] {
    return [...this.encoder.describe(), ...this.decoder.describe()];
  }

  /** Frees the weights. Data sets are their owner's to free. */
  dispose(): void {
    if (!this.#disposed) this.#host.parameters.dispose();
    this.#disposed = true;
  }

  /** Records what the loss compares with x: logits for `bce`. */
  #compared(tape: Tape, x: Tensor): [Tensor, LossKind] {
    const logits = this.#loss === 'bce';
    return [this.decoder.record(tape, this.encoder.record(tape, x), { logits }), this.#loss];
  }

  #checkData(data: Dataset): void {
    if (this.#loss === 'bce') checkProbabilities(data);
  }

  async #withData<T>(where: string, data: Data, work: (set: Dataset) => Promise<T>): Promise<T> {
    const { set, release } = await asDataset(where, this.#alive().gpu, data, this.encoder.inputShape);
    try {
      this.#checkData(set);
      return await work(set);
    } finally {
      release();
    }
  }

  async #oneCode(where: string, data: Data): Promise<Float32Array> {
    const { set, release } = await asDataset(where, this.#alive().gpu, data, this.encoder.inputShape);
    try {
      if (set.length !== 1) throw new ShapeError(`${where}: takes one example, not ${set.length}`);
      return (await this.encode(set)).data;
    } finally {
      release();
    }
  }

  #alive(): Host {
    if (this.#disposed) throw new LatentGpuError('the model was disposed');
    return this.#host;
  }
}

const refuse = (error: LatentGpuError): Training => Object.assign(Promise.reject(error), { pause() {}, resume() {}, stop() {} });

/** The mean over a row's elements, as sums over its strips. */
const lossOf = (tape: Tape, kind: LossKind, y: Tensor, x: Tensor, state: Tensor, gradient: boolean): Tensor =>
  loss(tape, kind, y, x, state, 1 / x.columns, gradient);
