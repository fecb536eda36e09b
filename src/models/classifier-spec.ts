import { OptionError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { checkFlag, checkNumber, checkOptions, checkSeed } from '../runtime/options.ts';
import { checkLayers, type Layer } from './parts/layer.ts';
import { Network } from './parts/network.ts';

/** What `classifier` makes a classifier of. */
export interface ClassifierSpec {
  /** What turns an example into features, such as the `encoder` of an autoencoder. Its weights are copied: the autoencoder keeps its own. */
  encoder: Network;
  classes: number;
  /** Leave the encoder as it is and train only what comes behind it: a linear probe, where there is no `hidden`. Default false: fine-tune all. */
  freeze?: boolean;
  /** Layers between the encoder and the last one, which has one output for each class. */
  hidden?: Layer[];
  /** Default 0. The new layers' weights, shuffles and dropout follow from it. */
  seed?: number;
}

/** A spec that has been looked through, with its encoder. @throws OptionError */
export function readSpec(gpu: Gpu, spec: ClassifierSpec): Required<ClassifierSpec> {
  checkOptions('classifier', spec, ['encoder', 'classes', 'freeze', 'hidden', 'seed']);
  const { encoder, classes, freeze = false, hidden = [], seed = 0 } = spec;
  if (!(encoder instanceof Network))
    throw new OptionError('classifier: the encoder is a network, such as the `encoder` of an autoencoder');
  if (encoder.host().gpu !== gpu) throw new OptionError('classifier: the encoder lies on another Gpu');
  if (encoder.prefix !== 'encoder.')
    throw new OptionError(`classifier: takes the \`encoder\` of a model, not its ${encoder.prefix.slice(0, -1)}`);
  if (encoder.layers.some((layer) => layer.classes !== undefined))
    throw new OptionError(
      'classifier: the encoder belongs to a model with a condition, which is told the label that a classifier is to find',
    );
  if (encoder.layers.some(({ cells }) => cells))
    throw new OptionError(
      'classifier: the encoder takes the cells of a table, which a classifier does not; knnPredict takes the codes of model.encode(table)',
    );
  return checkSpec({ encoder, classes, freeze, hidden, seed });
}

/** A spec whose encoder is known to be one. @throws OptionError */
export function checkSpec(spec: Required<ClassifierSpec>): Required<ClassifierSpec> {
  const { classes, freeze, hidden, seed } = spec;
  checkNumber('classifier: classes', classes, { least: 2, whole: true });
  checkFlag('classifier: freeze', freeze);
  checkLayers('classifier: hidden', hidden, 0);
  if (hidden.some(({ code }) => code))
    throw new OptionError('classifier: gaussian is the code of an autoencoder, no hidden layer');
  checkSeed('classifier', seed);
  return spec;
}
