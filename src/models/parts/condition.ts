import { activate, type Activation } from '../../kernels/activation.ts';
import { classBias } from '../../kernels/class-bias.ts';
import { OptionError } from '../../errors.ts';
import { checkNumber, checkNumbers, checkOptions } from '../../runtime/options.ts';
import type { Tensor } from '../../runtime/tensor.ts';
import { checkLabels, type Labels } from '../../data/labels.ts';
import { initialLimit, spread } from './initializers.ts';
import type { Layer } from './layer.ts';
import { imageLayout } from './layout.ts';

/** What a model with a condition needs beside others: a page without one does not load it. */
export type Conditioning = typeof import('./condition.ts');

/** What both halves of a model are told beside an example or a code: its label. */
export interface Condition {
  /** How many classes there are; labels are whole numbers from 0 to `classes` − 1. */
  classes: number;
}

/** Which labels `sample` decodes its codes with. */
export interface SampleLabels {
  /** One for all. */
  label?: number;
  /** One for each sample. */
  labels?: Labels;
}

/** Layers that can be told a label: those that multiply what they take by a weight before an activation. */
const products = ['dense', 'conv2d', 'conv1d', 'convTranspose2d', 'convTranspose1d'];

/** @throws OptionError */
export function checkCondition(condition: unknown): number {
  checkOptions('autoencoder: condition', condition as object, ['classes']);
  const { classes } = condition as Partial<Condition>;
  return checkNumber('autoencoder: condition: classes', classes, { least: 2, most: 2 ** 24, whole: true });
}

/**
 * The same layers, of which the first dense or convolutional one is told the label: it has a bias for each class.
 * @throws OptionError where there is none
 */
export function conditioned(name: string, layers: readonly Layer[], classes: number): Layer[] {
  const at = layers.findIndex((layer) => products.includes(layer.name));
  if (at < 0)
    throw new OptionError(
      `autoencoder: condition: the ${name} has no dense layer and no convolution that could be told the label; put one ${name === 'encoder' ? 'before the code' : 'into it'}`,
    );
  return layers.with(at, told(layers[at], classes));
}

/** A layer with a bias for each class, which adds as much as a weight would that multiplies the label as a one-hot vector. */
function told(layer: Layer, classes: number): Layer {
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
        // Those that a product with the label would have: from 0 on, a code learns to say what the label says before its biases do.
        initial: (seed, which) =>
          spread(classes * units, initialLimit('condition', 'glorot', classes, units), seed, which),
      },
    ],
    forward(pass, x, parameter, options) {
      const z = layer.forward(pass, x, parameter, { ...options, logits: true }) as Tensor;
      const y = classBias(pass.tape, z, parameter('label.weight'), pass.labels!);
      return options.logits ? y : activate(pass.tape, y, activation);
    },
    ...(layer.mirrored && { mirrored: () => told(layer.mirrored!(), classes) }),
  };
}

/** The label of each of so many samples. @throws OptionError, ShapeError, DataError */
export function sampleLabels(classes: number, count: number, { label, labels }: SampleLabels): Labels {
  if ((label === undefined) === (labels === undefined))
    throw new OptionError(
      'sample: the model is told labels: give `label`, one for all samples, or `labels`, one for each',
    );
  const each = labels === undefined ? Array<number>(count).fill(label!) : checkNumbers('sample: labels', labels);
  checkLabels('sample', each, count, classes, 'samples');
  return each;
}
