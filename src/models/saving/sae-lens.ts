/**
 * Weights in the names and layouts of SAELens' `sae_weights.safetensors`: W_enc [d_in, d_sae], b_enc [d_sae], W_dec
 * [d_sae, d_in], b_dec [d_in], and `threshold` [d_sae] of a JumpReLU; SAELens saves a BatchTopK as a JumpReLU.
 */
import { OptionError, ShapeError } from '../../errors.ts';
import { isFloats } from '../../platform.ts';
import { checkFlag, checkOptions, shown } from '../../runtime/options.ts';
import type { Matrix } from '../../runtime/tensor.ts';

/** Options of `fromSaeLens`. */
export interface SaeLensOptions {
  /**
   * The value of `apply_b_dec_to_input` in the file's `cfg.json`: the encoder then takes its input minus `b_dec`.
   * Default false.
   */
  decoderBiasFirst?: boolean;
}

const encoder = 'encoder.0';
const decoder = 'decoder.0';
const threshold = 'encoder.1.threshold';
const ours = [
  'encoder.0.weight',
  'encoder.0.bias',
  'decoder.0.weight',
  'decoder.0.bias',
  threshold,
  'encoder.1.num_batches_tracked',
];

/**
 * Converts the weights of `encoder: [dense(d_sae, 'relu'), topK(k)]`, `decoder: [dense(d_in)]`, as `model.weights()`
 * returns them, to those of SAELens, with `apply_b_dec_to_input` false. The bias of a layer without one becomes zeros.
 * @param weights what `model.weights()` returned
 * @example
 * ```ts
 * import { autoencoder, dense, openGpu, toSaeLens, topK, writeSafetensors } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const encoder = [dense(24_576, 'relu'), topK(32)]; // d_sae, k
 * const model = await autoencoder(gpu, { input: 768, encoder, decoder: [dense(768)], loss: 'mse' }); // d_in
 * const file = writeSafetensors(toSaeLens(await model.weights())); // sae_weights.safetensors
 * ```
 * @throws OptionError for the weights of another model
 */
export function toSaeLens(weights: Record<string, Matrix>): Record<string, Matrix> {
  const matrices = checkMatrices('toSaeLens', weights);
  const other = Object.keys(matrices).find((name) => !ours.includes(name) && !name.startsWith('penalty.'));
  if (other !== undefined)
    throw new OptionError(
      `toSaeLens: takes the weights of a dense layer and topK, and of one dense layer after them, but not ${other}`,
    );
  const [into, outOf] = [encoder, decoder].map((layer) => matrix('toSaeLens', matrices, `${layer}.weight`));
  checkPair('toSaeLens', into, outOf);
  const [units, inputs] = into.shape;
  const bias = (layer: string, size: number) =>
    `${layer}.bias` in matrices ? vector('toSaeLens', matrices, `${layer}.bias`, size) : zeros(size);
  return {
    W_enc: transposed(into),
    b_enc: bias(encoder, units),
    W_dec: transposed(outOf),
    b_dec: bias(decoder, inputs),
    ...(threshold in matrices && {
      threshold: { data: new Float32Array(units).fill(matrices[threshold].data[0]), shape: [units] },
    }),
  };
}

/**
 * Converts the tensors of a SAELens file, as `readSafetensors(bytes).tensors` returns them, to weights for `setWeights`
 * of a model with `encoder: [dense(d_sae, 'relu'), topK(k)]`, `decoder: [dense(d_in)]`. A `threshold` is for
 * `topK(k, { batch: true })`, and has to be equal for all entries.
 * @param tensors what `readSafetensors(bytes).tensors` is
 * @param options `decoderBiasFirst`, as in `cfg.json`
 * @example
 * ```ts
 * import { autoencoder, dense, fromSaeLens, openGpu, readSafetensors, topK } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const encoder = [dense(24_576, 'relu'), topK(32)]; // d_sae, k
 * const model = await autoencoder(gpu, { input: 768, encoder, decoder: [dense(768)], loss: 'mse' }); // d_in
 * const response = await fetch('sae_weights.safetensors');
 * const { tensors } = readSafetensors(new Uint8Array(await response.arrayBuffer()));
 * model.setWeights(fromSaeLens(tensors, { decoderBiasFirst: true }));
 * ```
 * @throws OptionError where a tensor is missing or unknown, or thresholds differ; ShapeError where shapes do not fit
 */
export function fromSaeLens(tensors: Record<string, Matrix>, options: SaeLensOptions = {}): Record<string, Matrix> {
  checkOptions('fromSaeLens', options, ['decoderBiasFirst']);
  const { decoderBiasFirst = false } = options;
  checkFlag('fromSaeLens: decoderBiasFirst', decoderBiasFirst);
  const matrices = checkMatrices('fromSaeLens', tensors);
  const known = ['W_enc', 'b_enc', 'W_dec', 'b_dec', 'threshold'];
  const other = Object.keys(matrices).find((name) => !known.includes(name));
  if (other !== undefined) throw new OptionError(`fromSaeLens: takes ${known.join(', ')}, not ${other}`);
  const [into, outOf] = ['W_enc', 'W_dec'].map((name) => transposed(matrix('fromSaeLens', matrices, name)));
  checkPair('fromSaeLens', into, outOf);
  const [units, inputs] = into.shape;
  const inner = vector('fromSaeLens', matrices, 'b_enc', units);
  const outer = vector('fromSaeLens', matrices, 'b_dec', inputs);
  return {
    [`${encoder}.weight`]: into,
    [`${encoder}.bias`]: decoderBiasFirst ? lessProduct(inner, into, outer) : inner,
    [`${decoder}.weight`]: outOf,
    [`${decoder}.bias`]: outer,
    ...('threshold' in matrices && {
      [threshold]: { data: oneOf(vector('fromSaeLens', matrices, 'threshold', units).data), shape: [] },
    }),
  };
}

/** Checks matrices by name. @throws OptionError */
function checkMatrices(where: string, matrices: unknown): Record<string, Matrix> {
  const isMatrix = (value: Partial<Matrix> | null | undefined) => isFloats(value?.data) && Array.isArray(value?.shape);
  if (
    Object.prototype.toString.call(matrices) !== '[object Object]' ||
    !Object.values(matrices as object).every((value) => isMatrix(value as Matrix))
  )
    throw new OptionError(`${where}: takes an object of matrices by their names, not ${shown(matrices)}`);
  return matrices as Record<string, Matrix>;
}

/** Reads a matrix. @throws OptionError, ShapeError */
function matrix(where: string, matrices: Record<string, Matrix>, name: string): Matrix {
  if (!Object.hasOwn(matrices, name)) throw new OptionError(`${where}: ${name} is missing`);
  const { data, shape } = matrices[name];
  if (shape.length !== 2 || shape[0] * shape[1] !== data.length)
    throw new ShapeError(`${where}: ${name} is [${shape.join(', ')}] with ${data.length} values, not a matrix`);
  return matrices[name];
}

/** Reads a vector. @throws OptionError, ShapeError */
function vector(where: string, matrices: Record<string, Matrix>, name: string, size: number): Matrix {
  if (!Object.hasOwn(matrices, name)) throw new OptionError(`${where}: ${name} is missing`);
  const { data, shape } = matrices[name];
  if (shape.join() !== String(size) || data.length !== size)
    throw new ShapeError(`${where}: ${name} is [${shape.join(', ')}], not [${size}]`);
  return matrices[name];
}

function checkPair(where: string, { shape: into }: Matrix, { shape: outOf }: Matrix): void {
  if (into[0] !== outOf[1] || into[1] !== outOf[0])
    throw new ShapeError(
      `${where}: a decoder of [${outOf.join(', ')}] does not fit an encoder of [${into.join(', ')}]`,
    );
}

const zeros = (size: number): Matrix => ({ data: new Float32Array(size), shape: [size] });

function transposed({ data, shape: [rows, columns] }: Matrix): Matrix {
  return { data: data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]), shape: [columns, rows] };
}

/** Returns b − W x for W [units, inputs], computed in float64. */
function lessProduct({ data: b, shape }: Matrix, { data: w, shape: [, inputs] }: Matrix, { data: x }: Matrix): Matrix {
  const data = b.map((value, unit) => x.reduce((sum, each, i) => sum - w[unit * inputs + i] * each, value));
  return { data, shape: [...shape] };
}

/** Returns the threshold that all entries share. @throws OptionError where thresholds differ */
function oneOf(thresholds: Float32Array): Float32Array {
  const other = thresholds.findIndex((value) => value !== thresholds[0]);
  if (other >= 0)
    throw new OptionError(
      `fromSaeLens: the threshold of entry ${other}, ${thresholds[other]}, differs from that of entry 0, ${thresholds[0]}`,
    );
  return thresholds.slice(0, 1);
}
