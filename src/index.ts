export { openGpu, type Gpu, type GpuOptions } from './runtime/device.ts';
export type { Matrix } from './runtime/tensor.ts';

export { autoencoder, type Autoencoder, type AutoencoderSpec } from './models/autoencoder.ts';
export type { LayerInfo, Network } from './models/network.ts';
export { dense, type DenseOptions, type Initializer, type Layer } from './models/layers.ts';
export type { Activation } from './kernels/activation.ts';
export type { FitOptions, History, Losses, Progress, Training } from './models/fit-options.ts';
export { adagrad, adam, adamw, sgd, type AdamOptions, type Optimizer } from './models/optimizers.ts';

export { dataset, type Data, type Dataset, type DatasetOptions, type Source } from './data/dataset.ts';
export { fetchIdx, readIdx, type FetchOptions, type IdxData } from './data/idx.ts';

export { readSafetensors, writeSafetensors, type SafeTensor, type SafeTensors } from './files/safetensors.ts';

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
