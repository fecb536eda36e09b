/**
 * The functions of `latentgpu`, run in a worker, so that the page and the training do not wait for each other.
 * @module latentgpu/worker
 */

export { openGpu, type WorkerGpuOptions } from './worker/open.ts';
export {
  autoencoder,
  classifier,
  gan,
  jigsaw,
  knnPredict,
  loadAutoencoder,
  loadClassifier,
  loadGan,
  loadJigsaw,
  nearestNeighbors,
  type WorkerAutoencoderSpec,
  type WorkerClassifierSpec,
  type WorkerGanSpec,
  type WorkerJigsawSpec,
  type WorkerTableSpec,
} from './worker/library.ts';
export {
  dataset,
  series,
  table,
  type Data,
  type Dataset,
  type Examples,
  type Gpu,
  type Labelled,
} from './worker/data.ts';
export type { Network } from './worker/model.ts';
export type { Autoencoder, Classifier, Gan, Jigsaw } from './worker/models.ts';
export type { TableAutoencoder, TableData } from './worker/table-model.ts';
export type { ExplainedCell, ExplainedRow } from './models/table/explain.ts';
export {
  activation,
  adversarial,
  avgPool1d,
  avgPool2d,
  batchNorm,
  categorical,
  contractive,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  deadLatents,
  dense,
  downsample,
  dropout,
  elementwise,
  flatten,
  gaussian,
  gaussianNoise,
  groupNorm,
  hideCells,
  huber,
  layerNorm,
  maskNoise,
  maxPool1d,
  maxPool2d,
  minMax,
  mmd,
  normal,
  reshape,
  residual,
  saltAndPepper,
  shuffleTiles,
  sparsity,
  standardize,
  stochasticContractive,
  stopGradient,
  swapNoise,
  topK,
  uniform,
  unitNorm,
  upsample1d,
  upsample2d,
  vectorQuantizer,
  weightDecay,
} from './worker/parts.ts';

export {
  adagrad,
  adam,
  adamw,
  sgd,
  type AdamOptions,
  type ClipOptions,
  type Optimizer,
} from './models/parts/optimizers.ts';
export { constant, cosine, stepDecay, warmUp, type Schedule } from './models/parts/schedules.ts';
export { rocAuc, rocCurve, threshold, type RocCurve } from './models/downstream/scores.ts';
export type { SeriesFacts } from './data/dataset.ts';
export type { SeriesOptions } from './data/series.ts';
export { intervals, timeline, type Interval, type Windows } from './data/timeline.ts';
export { readCsv, type CsvData, type CsvOptions } from './data/csv.ts';
export { readTable } from './data/table/read-table.ts';
export type { Dialect } from './data/table/dialect.ts';
export type { TableOptions, TableProgress } from './data/table/options.ts';
export type { TableSource } from './data/table/source.ts';
export type { ModelColumn } from './data/table/cells.ts';
export type { Table, TableColumn, TableRow } from './data/table/table.ts';
export { readImages, type ImageInput, type ImageOptions, type Images } from './data/images.ts';
export { fetchIdx, readIdx, type FetchOptions, type IdxData } from './data/idx.ts';
export type { FitOptions, History, Progress, Training } from './models/training/fit-options.ts';
export { fromSaeLens, toSaeLens, type SaeLensOptions } from './models/saving/sae-lens.ts';
export type { Condition, SampleLabels } from './models/parts/condition.ts';
export type { LikelihoodOptions } from './models/downstream/likelihood.ts';
export type { Indices } from './models/downstream/indices.ts';
export type { SamplerFit, SamplerOptions } from './models/downstream/sampler.ts';
export type { SaveOptions } from './models/saving/checkpoint.ts';
export type { ClassifierLosses, Prediction } from './models/classifier.ts';
export type { GanFitOptions, GanLosses } from './models/gan.ts';
export type { JigsawLosses, Solution } from './models/jigsaw.ts';
export type { Losses } from './models/training/losses.ts';
export type { OnnxPart } from './models/saving/onnx.ts';
export type { Part } from './models/parts/part.ts';
export {
  readSafetensors,
  writeSafetensors,
  type OtherTensor,
  type SafeTensor,
  type SafeTensors,
} from './files/safetensors.ts';
export type { Matrix } from './runtime/tensor.ts';

export * from './errors.ts';
