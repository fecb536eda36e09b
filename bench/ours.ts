import {
  activation,
  autoencoder,
  batchNorm,
  conv2d,
  dense,
  gaussian,
  maxPool2d,
  residual,
  topK,
  upsample2d,
  type Autoencoder,
  type Gpu,
  type Layer,
} from '../src/index.ts';
import type { LayerWork, ModelWork } from './models.ts';

/** Makes the model of a work in this library, with its own first weights. */
export function modelOf(gpu: Gpu, { input, layers, code }: ModelWork): Promise<Autoencoder> {
  const ours = layers.map(layerOf);
  const [height, width, channels] = input;
  return autoencoder(gpu, {
    input: input.length === 1 ? height : [height, width, channels],
    encoder: ours.slice(0, code),
    decoder: ours.slice(code),
    loss: 'bce',
  });
}

function layerOf(layer: LayerWork): Layer {
  switch (layer.kind) {
    case 'dense':
      return dense(layer.units, layer.activation);
    case 'gaussian':
      return gaussian(layer.units);
    case 'conv':
      return conv2d(layer.filters, layer.kernel, layer.activation, { padding: layer.padding });
    case 'pool':
      return maxPool2d(2, { padding: 'same' });
    case 'upsample':
      return upsample2d(2);
    case 'norm':
      return batchNorm();
    case 'relu':
      return activation('relu');
    case 'residual':
      return residual(layer.layers.map(layerOf));
    case 'topk':
      return topK(layer.k);
  }
}
