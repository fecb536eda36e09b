export { openGpu, type WorkerGpuOptions } from './worker/open.ts';
export {
  autoencoder,
  classifier,
  jigsaw,
  knnPredict,
  loadAutoencoder,
  loadClassifier,
  loadJigsaw,
  nearestNeighbors,
  type WorkerAutoencoderSpec,
  type WorkerClassifierSpec,
  type WorkerJigsawSpec,
} from './worker/library.ts';
export { dataset, type Data, type Dataset, type Gpu, type Labelled } from './worker/data.ts';
export type { Autoencoder, Classifier, Jigsaw, Network } from './worker/models.ts';
export {
  contractive,
  conv2d,
  convTranspose2d,
  dense,
  downsample,
  dropout,
  flatten,
  gaussian,
  gaussianNoise,
  maskNoise,
  maxPool2d,
  minMax,
  reshape,
  saltAndPepper,
  shuffleTiles,
  sparsity,
  standardize,
  stochasticContractive,
  upsample2d,
  weightDecay,
} from './worker/parts.ts';

export { adagrad, adam, adamw, sgd, type AdamOptions, type ClipOptions, type Optimizer } from './models/optimizers.ts';
export { constant, cosine, stepDecay, warmUp, type Schedule } from './models/schedules.ts';
export { rocAuc, rocCurve, threshold, type RocCurve } from './models/scores.ts';
export { readCsv, type CsvData, type CsvOptions } from './data/csv.ts';
export { readImages, type ImageInput, type ImageOptions, type Images } from './data/images.ts';
export { fetchIdx, readIdx, type FetchOptions, type IdxData } from './data/idx.ts';
export type { FitOptions, History, Progress, Training } from './models/fit-options.ts';
export type { SaveOptions } from './models/checkpoint.ts';
export type { ClassifierLosses, Prediction } from './models/classifier.ts';
export type { JigsawLosses, Solution } from './models/jigsaw.ts';
export type { Losses } from './models/losses.ts';
export type { OnnxPart } from './models/onnx.ts';
export type { Part } from './models/part.ts';
export {
  readSafetensors,
  writeSafetensors,
  type OtherTensor,
  type SafeTensor,
  type SafeTensors,
} from './files/safetensors.ts';
export type { Matrix } from './runtime/tensor.ts';

export {
  DataError,
  DeviceLostError,
  DivergedError,
  FormatError,
  GpuUnavailableError,
  LatentGpuError,
  OptionError,
  OutOfMemoryError,
  ShapeError,
} from './errors.ts';
