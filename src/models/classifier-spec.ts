import { readWeights } from '../data/weights.ts';
import { OptionError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { checkFlag, checkNumber, checkOptions, checkSeed } from '../runtime/options.ts';
import { checkLayers, refuseCodes, type Layer } from './parts/layer.ts';
import { Network } from './parts/network.ts';

/** The parts of a classifier. */
export interface ClassifierSpec {
  /**
   * The network that makes features of an example, such as the `encoder` of an autoencoder. Its weights are copied: the
   * autoencoder keeps its own.
   */
  encoder: Network;
  /** The number of classes; labels are whole numbers from 0 to `classes` − 1. */
  classes: number;
  /**
   * Keeps the encoder fixed and trains only the layers behind it: a linear probe without `hidden`. Default false: all
   * layers are fine-tuned.
   */
  freeze?: boolean;
  /** The layers between the encoder and the last one, which is added and has one output for each class. */
  hidden?: Layer[];
  /**
   * A weight for each class: the loss of an example is multiplied by that of its class, and by its own if the data set
   * has `weights`, also in validation and `evaluate`. The sum is divided by the number of examples, as in Keras;
   * PyTorch divides by the sum of the weights. Default: 1 for each.
   */
  classWeights?: readonly number[];
  /** Determines the initial weights of the new layers, the order of examples and dropout. Default 0. */
  seed?: number;
}

/** A spec with its defaults. */
export type CompleteSpec = Required<Omit<ClassifierSpec, 'classWeights'>> & Pick<ClassifierSpec, 'classWeights'>;

/** Checks a spec, its encoder included. @throws OptionError */
export function readSpec(gpu: Gpu, spec: ClassifierSpec): CompleteSpec {
  checkOptions('classifier', spec, ['encoder', 'classes', 'freeze', 'hidden', 'classWeights', 'seed']);
  const { encoder, classes, freeze = false, hidden = [], classWeights, seed = 0 } = spec;
  if (!(encoder instanceof Network))
    throw new OptionError('classifier: the encoder is a network, such as the `encoder` of an autoencoder');
  if (encoder.owner().gpu !== gpu) throw new OptionError('classifier: the encoder is on another Gpu');
  if (encoder.prefix !== 'encoder.')
    throw new OptionError(`classifier: takes the \`encoder\` of a model, not its ${encoder.prefix.slice(0, -1)}`);
  if (encoder.layers.some((layer) => layer.classes !== undefined))
    throw new OptionError(
      'classifier: the encoder belongs to a model with a condition, so it needs the label that a classifier has to find',
    );
  if (encoder.layers.some(({ cells }) => cells))
    throw new OptionError(
      'classifier: the encoder takes the cells of a table, which a classifier does not; knnPredict takes the codes of model.encode(table)',
    );
  return checkSpec({ encoder, classes, freeze, hidden, classWeights, seed });
}

/** Checks a spec whose encoder is known to be valid. @throws OptionError */
export function checkSpec(spec: CompleteSpec): CompleteSpec {
  const { classes, freeze, hidden, classWeights, seed } = spec;
  checkNumber('classifier: classes', classes, { least: 2, whole: true });
  checkFlag('classifier: freeze', freeze);
  checkLayers('classifier: hidden', hidden, 0);
  refuseCodes('classifier', hidden);
  checkSeed('classifier', seed);
  if (classWeights === undefined) return spec;
  return { ...spec, classWeights: [...readWeights('classifier: classWeights', classWeights, classes, 'classes')] };
}
