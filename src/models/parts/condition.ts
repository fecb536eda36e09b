import { activate, type Activation } from '../../kernels/activation.ts';
import { classBias } from '../../kernels/class-bias.ts';
import { OptionError } from '../../errors.ts';
import { checkNumber, checkNumbers, checkOptions } from '../../runtime/options.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { checkLabels } from '../../data/labelled.ts';
import type { Labels } from '../../data/labels.ts';
import { initialLimit, spread } from './initializers.ts';
import type { Layer } from './layer.ts';
import { imageLayout } from './layout.ts';

/** The type of this module, which is imported on demand: pages without a condition do not load it. */
export type Conditioning = typeof import('./condition.ts');

/** Gives both halves of a model the label of each example. */
export interface Condition {
  /** The number of classes; labels are whole numbers from 0 to `classes` − 1. */
  classes: number;
}

/** The labels that `sample` decodes its codes with. */
export interface SampleLabels {
  /** The label of all samples. */
  label?: number;
  /** The label of each sample. */
  labels?: Labels;
}

/** The layers that can receive a label: those that multiply their input by a weight before an activation. */
const products = ['dense', 'conv2d', 'conv1d', 'convTranspose2d', 'convTranspose1d'];

/** Checks a condition, and returns its number of classes. @throws OptionError */
export function checkCondition(condition: unknown): number {
  checkOptions('autoencoder: condition', condition as object, ['classes']);
  const { classes } = condition as Partial<Condition>;
  return checkNumber('autoencoder: condition: classes', classes, { least: 2, most: 2 ** 24, whole: true });
}

/**
 * Returns the layers with the first dense or convolutional one changed to receive the label: it gets a bias for each
 * class.
 * @throws OptionError where there is no such layer
 */
export function conditioned(name: string, layers: readonly Layer[], classes: number): Layer[] {
  const at = layers.findIndex((layer) => products.includes(layer.name));
  if (at < 0)
    throw new OptionError(
      `autoencoder: condition: the ${name} has no dense layer and no convolution that could receive the label; put one ${name === 'encoder' ? 'before the code' : 'into it'}`,
    );
  return layers.with(at, withLabels(layers[at], classes));
}

/** Returns a layer with a bias for each class, which is the same as a weight for the label as a one-hot vector. */
function withLabels(layer: Layer, classes: number): Layer {
  const units = layer.args[0] as number;
  const activation = layer.args[layer.name === 'dense' ? 1 : 2] as Activation;
  return {
    ...layer,
    classes,
    parameters: (input, around) => [
      ...layer.parameters(input, around),
      {
        name: 'label.weight',
        role: 'bias',
        shape: [classes, units],
        layout: layer.name === 'dense' ? imageLayout(classes, units, undefined, around.after) : undefined,
        // Initialised like a weight for the label. With zeros, the code would learn to encode the label before these
        // biases learn it.
        initial: (seed, which) =>
          spread(classes * units, initialLimit('condition', 'glorot', classes, units), seed, which),
      },
    ],
    forward(pass, x, parameter, options) {
      const z = layer.forward(pass, x, parameter, { ...options, logits: true }) as Tensor;
      const y = classBias(pass.tape, z, parameter('label.weight'), pass.labels!);
      return options.logits ? y : activate(pass.tape, y, activation);
    },
    ...(layer.mirrored && { mirrored: () => withLabels(layer.mirrored!(), classes) }),
  };
}

/** Returns the label of each sample. @throws OptionError, ShapeError, DataError */
export function sampleLabels(classes: number, count: number, { label, labels }: SampleLabels): Labels {
  if ((label === undefined) === (labels === undefined))
    throw new OptionError(
      'sample: the model has a condition: give `label` for all samples, or `labels` with one for each',
    );
  const each = labels === undefined ? Array<number>(count).fill(label!) : checkNumbers('sample: labels', labels);
  checkLabels('sample', each, count, classes, 'samples');
  return each;
}
