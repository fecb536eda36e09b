import { OptionError, ShapeError } from '../../errors.ts';
import type { Owner } from '../training/trainable.ts';
import type { Layer } from './layer.ts';
import { Network } from './network.ts';

/** Replaces the decoder's weights by the transposed weights of the encoder. @throws OptionError, ShapeError */
export function tie(encoder: Network, decoder: readonly Layer[]): { layers: Layer[]; borrowed: Map<string, string> } {
  const other = [...encoder.weighted, ...new Network('decoder', decoder, encoder.outputShape, never).weighted].find(
    ({ mirrored }) => !mirrored,
  );
  if (other) throw new OptionError(`autoencoder: tied weights take dense layers, not ${other.name}`);
  const from = encoder.layers.flatMap((layer, i) => (layer.units === undefined ? [] : [{ layer, i }])).reverse();
  const to = decoder.flatMap((layer, i) => (layer.units === undefined ? [] : [{ layer, i }]));
  if (from.length !== to.length)
    throw new OptionError(
      `autoencoder: tied weights need the same number of dense layers in encoder and decoder, not ${from.length} and ${to.length}`,
    );
  const layers = [...decoder];
  const borrowed = new Map<string, string>();
  from.forEach(({ i: at }, n) => {
    const [inputs] = encoder.shapeBefore(at);
    if (to[n].layer.units !== inputs)
      throw new ShapeError(
        `autoencoder: tied weights: decoder.${to[n].i} has ${to[n].layer.units} units, but encoder.${at}, which it mirrors, takes ${inputs}`,
      );
    layers[to[n].i] = to[n].layer.mirrored!();
    borrowed.set(`decoder.${to[n].i}.weight`, `encoder.${at}.weight`);
  });
  return { layers, borrowed };
}

/** The owner of the weights of a network that is only inspected; it throws, since such a network has no weights. */
const never = (): Owner => {
  throw new Error('this network has no weights');
};
