/**
 * Trains autoencoders on the GPU through WebGPU: open a GPU, make a model, call `fit`.
 * @module latentgpu
 */

export type { Gpu } from './runtime/device.ts';
export { openGpu, type GpuOptions } from './runtime/open.ts';
export type { SelfTest, SelfTestOptions, TestedWay } from './kernels/self-test.ts';
export type { KernelTime } from './runtime/profile.ts';
export type { Matrix } from './runtime/tensor.ts';

export { autoencoder, type Autoencoder } from './models/autoencoder.ts';
export type { TableAutoencoder } from './models/table/table-autoencoder.ts';
export type { TableData, TableSpec } from './models/table/spec.ts';
export type { ExplainedCell, ExplainedRow } from './models/table/explain.ts';
export type { OnnxPart } from './models/saving/onnx.ts';
export type { Part } from './models/parts/part.ts';
export { loadAutoencoder, loadClassifier, loadGan, loadJigsaw, type LoadOptions } from './models/saving/load.ts';
export type { LikelihoodOptions } from './models/downstream/likelihood.ts';
export type { Indices } from './models/downstream/indices.ts';
export { fromSaeLens, toSaeLens, type SaeLensOptions } from './models/saving/sae-lens.ts';
export type { SamplerFit, SamplerOptions } from './models/downstream/sampler.ts';
export type { SaveOptions } from './models/saving/checkpoint.ts';
export { classifier, gan, jigsaw } from './models/make-model.ts';
export type { Classifier, ClassifierLosses, Prediction } from './models/classifier.ts';
export type { ClassifierSpec } from './models/classifier-spec.ts';
export type { Gan, GanFitOptions, GanLosses } from './models/gan.ts';
export type { GanSpec } from './models/gan-spec.ts';
export type { Jigsaw, JigsawLosses, Solution } from './models/jigsaw.ts';
export type { JigsawSpec } from './models/jigsaw-spec.ts';
export type { AutoencoderSpec } from './models/spec.ts';
export type { Condition, SampleLabels } from './models/parts/condition.ts';
export type { LayerInfo, Network } from './models/parts/network.ts';
export { activation } from './models/parts/activation.ts';
export { dense, dropout, gaussian, type DenseOptions, type GaussianOptions } from './models/parts/layers.ts';
export type { Initializer } from './models/parts/initializers.ts';
export type { Layer } from './models/parts/layer.ts';
export {
  avgPool2d,
  conv2d,
  convTranspose2d,
  flatten,
  maxPool2d,
  reshape,
  upsample2d,
  type ConvTransposeOptions,
  type Interpolation,
  type MaxPoolOptions,
  type Padding,
  type PoolOptions,
  type Sides,
} from './models/parts/image-layers.ts';
export {
  avgPool1d,
  conv1d,
  convTranspose1d,
  maxPool1d,
  upsample1d,
  type AvgPool1dOptions,
  type Conv1dOptions,
  type ConvTranspose1dOptions,
  type MaxPool1dOptions,
} from './models/parts/sequence-layers.ts';
export type { ConvOptions } from './models/parts/image-arguments.ts';
export { batchNorm, type BatchNormOptions } from './models/parts/batch-norm.ts';
export { groupNorm, layerNorm, type NormOptions } from './models/parts/norms.ts';
export { residual } from './models/parts/residual.ts';
export { stopGradient } from './models/parts/stop-gradient.ts';
export { vectorQuantizer, type VectorQuantizerOptions } from './models/parts/vector-quantizer.ts';
export { topK, type TopKOptions } from './models/parts/top-k.ts';
export {
  downsample,
  gaussianNoise,
  hideCells,
  maskNoise,
  saltAndPepper,
  shuffleTiles,
  swapNoise,
  type Corruption,
} from './models/parts/corruptions.ts';
export { categorical } from './models/parts/categorical.ts';
export { elementwise, huber, type Loss, type LossName } from './models/parts/losses.ts';
export { minMax, standardize, type Normalize } from './models/parts/normalize.ts';
export { adversarial, type AdversarialOptions } from './models/parts/adversarial.ts';
export { contractive, sparsity, stochasticContractive, weightDecay, type Penalty } from './models/parts/penalties.ts';
export { mmd, type MmdOptions } from './models/parts/mmd.ts';
export { deadLatents, type DeadLatentsOptions } from './models/parts/dead-latents.ts';
export { unitNorm } from './models/parts/unit-norm.ts';
export { normal, uniform, type Prior } from './models/parts/priors.ts';
export { constant, cosine, stepDecay, warmUp, type Schedule } from './models/parts/schedules.ts';
export type { Activation, ActivationName } from './kernels/activation.ts';
export type { FitOptions, History, Progress, Training } from './models/training/fit-options.ts';
export type { Losses } from './models/training/losses.ts';
export {
  adagrad,
  adam,
  adamw,
  sgd,
  type AdamOptions,
  type ClipOptions,
  type Optimizer,
} from './models/parts/optimizers.ts';

export {
  knnPredict,
  nearestNeighbors,
  type KnnOptions,
  type Neighbors,
  type NeighborsOptions,
} from './models/downstream/neighbors.ts';
export { rocAuc, rocCurve, threshold, type RocCurve } from './models/downstream/scores.ts';

export { dataset, type DataSource, type DatasetOptions, type Source } from './data/make-dataset.ts';
export { type Data, type Dataset, type SeriesFacts } from './data/dataset.ts';
export { series, type SeriesOptions } from './data/series.ts';
export { intervals, timeline, type Interval, type Windows } from './data/timeline.ts';
export type { Examples, Labelled, Labels } from './data/labels.ts';
export { readCsv, type CsvData, type CsvOptions } from './data/csv.ts';
export { readTable } from './data/table/read-table.ts';
export { table, type TableDatasetOptions } from './data/table/table-dataset.ts';
export type { Dialect } from './data/table/dialect.ts';
export type { TableOptions, TableProgress } from './data/table/options.ts';
export type { TableSource } from './data/table/source.ts';
export type { ModelColumn } from './data/table/cells.ts';
export type { Table, TableColumn, TableRow } from './data/table/table.ts';
export { readImages, type ImageInput, type ImageOptions, type Images } from './data/images.ts';
export { fetchIdx, readIdx, type FetchOptions, type IdxData } from './data/idx.ts';

export {
  readSafetensors,
  writeSafetensors,
  type OtherTensor,
  type SafeTensor,
  type SafeTensors,
} from './files/safetensors.ts';

export * from './errors.ts';
