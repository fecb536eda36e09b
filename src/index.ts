export type { Gpu } from './runtime/device.ts';
export { openGpu, type GpuOptions } from './runtime/open.ts';
export type { SelfTest, SelfTestOptions, TestedWay } from './kernels/self-test.ts';
export type { KernelTime } from './runtime/profile.ts';
export type { Matrix } from './runtime/tensor.ts';

export { autoencoder, type Autoencoder } from './models/autoencoder.ts';
export type { OnnxPart } from './models/onnx.ts';
export type { Part } from './models/part.ts';
export { loadAutoencoder, loadClassifier, loadJigsaw } from './models/load.ts';
export type { SaveOptions } from './models/checkpoint.ts';
export {
  classifier,
  type Classifier,
  type ClassifierLosses,
  type ClassifierSpec,
  type Prediction,
} from './models/classifier.ts';
export { jigsaw, type Jigsaw, type JigsawLosses, type JigsawSpec, type Solution } from './models/jigsaw.ts';
export type { AutoencoderSpec } from './models/spec.ts';
export type { LayerInfo, Network } from './models/network.ts';
export {
  dense,
  dropout,
  gaussian,
  type DenseOptions,
  type GaussianOptions,
  type Initializer,
  type Layer,
} from './models/layers.ts';
export {
  conv2d,
  convTranspose2d,
  flatten,
  maxPool2d,
  reshape,
  upsample2d,
  type ConvOptions,
  type ConvTransposeOptions,
  type Interpolation,
  type Padding,
  type PoolOptions,
  type Sides,
} from './models/image-layers.ts';
export {
  downsample,
  gaussianNoise,
  maskNoise,
  saltAndPepper,
  shuffleTiles,
  type Corruption,
} from './models/corruptions.ts';
export { minMax, standardize, type Normalize } from './models/normalize.ts';
export { contractive, sparsity, stochasticContractive, weightDecay, type Penalty } from './models/penalties.ts';
export { constant, cosine, stepDecay, warmUp, type Schedule } from './models/schedules.ts';
export type { Activation } from './kernels/activation.ts';
export type { FitOptions, History, Progress, Training } from './models/fit-options.ts';
export type { Losses } from './models/losses.ts';
export { adagrad, adam, adamw, sgd, type AdamOptions, type ClipOptions, type Optimizer } from './models/optimizers.ts';

export {
  knnPredict,
  nearestNeighbors,
  type KnnOptions,
  type Neighbors,
  type NeighborsOptions,
} from './models/neighbors.ts';
export { rocAuc, rocCurve, threshold, type RocCurve } from './models/scores.ts';

export { dataset, type Data, type DataSource, type Dataset, type DatasetOptions, type Source } from './data/dataset.ts';
export type { Labelled, Labels } from './data/labels.ts';
export { readCsv, type CsvData, type CsvOptions } from './data/csv.ts';
export { readImages, type ImageInput, type ImageOptions, type Images } from './data/images.ts';
export { fetchIdx, readIdx, type FetchOptions, type IdxData } from './data/idx.ts';

export {
  readSafetensors,
  writeSafetensors,
  type OtherTensor,
  type SafeTensor,
  type SafeTensors,
} from './files/safetensors.ts';

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
