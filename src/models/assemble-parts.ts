/** The networks of an autoencoder, made from its layers. */
import { OptionError, ShapeError } from '../errors.ts';
import { imageAhead, takeSequences } from './parts/placed-layers.ts';
import type { Layer } from './parts/layer.ts';
import type { Loss } from './parts/losses.ts';
import { Network, table } from './parts/network.ts';
import type { Scales } from './parts/normalize.ts';
import type { Opponent, Penalty } from './parts/penalties.ts';
import type { Hosts, Parts } from './spec.ts';
import type { Host } from './training/trainable.ts';

/** The layers and options that the networks of a model are made from. */
interface Halves {
  readonly inputShape: number[];
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
  readonly loss: Loss;
  readonly penalties: readonly Penalty[];
  readonly tied: boolean;
  /** The normalisation before the encoder and after the decoder, for the use of either half on its own. */
  readonly scales?: Scales;
  readonly exit?: Pick<Scales, 'inverse'>;
}

/** Makes the networks of a model from layers that have been checked one by one. @throws OptionError, ShapeError */
export function assembleParts(
  { inputShape, encoder, decoder, loss, penalties, tied, scales, exit }: Halves,
  { own, rival }: Hosts,
): Pick<Parts, 'encoder' | 'decoder' | 'loss' | 'penalties' | 'counters' | 'discriminator'> {
  const inner = [...encoder.slice(0, -1), ...decoder].find(({ code }) => code);
  if (inner)
    throw new OptionError(`autoencoder: ${inner.name} is the code, so it can only be the last layer of the encoder`);
  for (const penalty of penalties) penalty.check(encoder, decoder, tied);
  const prepared = penalties.reduce((layers, penalty) => penalty.decoder?.(layers) ?? layers, decoder);
  const code = encoder.reduce((shape, layer) => layer.outputShape(shape), inputShape);
  const placed = penalties.map((penalty, i) => ({ name: `penalty.${i}`, parameters: penalty.counters?.(code) ?? [] }));
  const sequences = takeSequences([...encoder, ...decoder]);
  const first = new Network('encoder', encoder, inputShape, own, {
    around: { after: imageAhead(decoder, code, sequences), sequences },
    entry: scales,
  });
  const mirror = tied ? tie(first, decoder) : { layers: prepared, borrowed: undefined };
  const second = new Network('decoder', mirror.layers, first.outputShape, own, {
    borrowed: mirror.borrowed,
    around: { before: first.flattened, sequences },
    exit,
  });
  const output = second.outputShape;
  if (!loss.recorded?.outputs && output.join() !== inputShape.join()) {
    const summary = table('autoencoder', [...first.describe(), ...second.describe()]);
    throw new ShapeError(
      `autoencoder: the decoder ends in [${output.join(', ')}], the input is [${inputShape.join(', ')}]\n${summary}`,
    );
  }
  loss.checkDecoder?.(second.lastActivation, output);
  if (loss.exit) checkLogits(loss, first, penalties);
  const opponents = penalties.flatMap(({ opponent }) => (opponent ? [opponent] : []));
  if (opponents.length > 1) throw new OptionError('autoencoder: takes one adversarial penalty, not several');
  const [opponent] = opponents as (Opponent | undefined)[];
  const judged = opponent?.takes === 'code' ? first.outputShape : inputShape;
  const discriminator = opponent && new Network('discriminator', opponent.layers, judged, rival);
  return { encoder: first, decoder: second, loss, penalties, counters: { parameterCount: 0, placed }, discriminator };
}

/**
 * Checks that nothing but the loss uses the outputs, which are logits, and that a code has one sample for each example.
 * @throws OptionError
 */
function checkLogits({ name }: Loss, encoder: Network, penalties: readonly Penalty[]): void {
  const code = encoder.layers.at(-1)?.code;
  if (code?.kind === 'gaussian' && code.samples > 1)
    throw new OptionError(`autoencoder: loss '${name}' takes a Gaussian code of one sample, not of ${code.samples}`);
  const other = penalties.find(({ usesTarget, opponent }) => usesTarget || opponent?.takes === 'output');
  if (other)
    throw new OptionError(
      `autoencoder: ${other.name} cannot be combined with loss '${name}', whose outputs are logits`,
    );
}

/** Replaces the decoder's weights by the transposed weights of the encoder. */
function tie(encoder: Network, decoder: readonly Layer[]): { layers: Layer[]; borrowed: Map<string, string> } {
  const other = [...encoder.weighted, ...new Network('decoder', decoder, encoder.outputShape, never).weighted].find(
    ({ units }) => units === undefined,
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
  from.forEach(({ layer, i: at }, n) => {
    const mirrored = to[n].layer.mirrored;
    if (!mirrored || !layer.mirrored)
      throw new OptionError(
        `autoencoder: tied weights take dense layers, not ${layer.mirrored ? to[n].layer.name : layer.name}`,
      );
    const [inputs] = encoder.shapeBefore(at);
    if (to[n].layer.units !== inputs)
      throw new ShapeError(
        `autoencoder: tied weights: decoder.${to[n].i} has ${to[n].layer.units} units, but encoder.${at}, which it mirrors, takes ${inputs}`,
      );
    layers[to[n].i] = mirrored();
    borrowed.set(`decoder.${to[n].i}.weight`, `encoder.${at}.weight`);
  });
  return { layers, borrowed };
}

/** The host of a network that is only inspected; it throws, since such a network has no weights. */
const never = (): Host => {
  throw new Error('this network has no weights');
};
