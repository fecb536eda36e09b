/** The parts of a model of tables: layers, corruptions and the loss for cells. */
import { OptionError } from '../../errors.ts';
import { activate, type Activation } from '../../kernels/activation.ts';
import { cellLoss, cellLosses } from '../../kernels/cell-loss.ts';
import { cellDense, corruptedCells } from '../../kernels/cells.ts';
import type { Corruption } from '../parts/corruptions.ts';
import { initialLimit, spread, type Initializer } from '../parts/initializers.ts';
import type { Layer } from '../parts/layer.ts';
import { plain, type Loss } from '../parts/losses.ts';
import type { Schema } from './schema.ts';

/**
 * A dense layer for cells: each of its units has a weight for each number, for each blank and for each category. Weight
 * [units, places] outside, as of a dense layer for the cells as a row of numbers, zeros and ones; bias [units].
 * @throws OptionError for another layer
 */
export function takesCells(layer: Layer, schema: Schema): Layer {
  if (layer.name !== 'dense')
    throw new OptionError(`autoencoder: the encoder of a table begins with a dense layer, not with ${layer.name}`);
  const [units, activation, { init, bias }] = layer.args as [number, Activation, { init: Initializer; bias: boolean }];
  const { places } = schema;
  return {
    ...layer,
    // A mirrored layer would take the outputs of a layer, not cells.
    mirrored: undefined,
    cells: true,
    outputShape: () => [units],
    parameters: (_, around) => [
      {
        name: 'weight',
        role: 'weight',
        shape: [places, units],
        layout: { sides: [places, units], axes: [1, 0], shape: [units, places] },
        // The number of inputs that are not 0 is the number of columns.
        initial: (seed, which) =>
          spread(places * units, initialLimit('dense', init, schema.columns.length, units), seed, which),
      },
      ...layer.parameters([1], around).filter(({ name }) => name === 'bias'),
    ],
    forward({ tape }, x, parameter, { logits }) {
      const z = cellDense(tape, x, schema.layout, parameter('weight'), bias ? parameter('bias') : undefined);
      return logits ? z : activate(tape, z, activation);
    },
  };
}

/** The corruption of cells for the result of `hideCells` or `swapNoise`. @throws OptionError for others */
export function ofCells(corruption: Corruption): Corruption {
  const { name, cells, args } = corruption;
  if (!cells)
    throw new OptionError(`autoencoder: corrupt: ${name} is not for tables; take hideCells(rate) or swapNoise(rate)`);
  const [rate] = args as [number];
  return {
    ...corruption,
    check: undefined,
    record: (pass, x) => corruptedCells(pass.tape, cells, x, rate, pass.draws()),
  };
}

/**
 * The loss of an example: the mean over its cells that are not blank; with a Gaussian code their sum. It is ½ (y − x)²
 * in deviations for a number and −log p for a category, so that both are minus a log-likelihood in nats up to a
 * constant.
 */
export const lossOfCells = (schema: Schema): Loss => ({
  ...plain,
  name: 'cells',
  args: [],
  recorded: {
    outputs: schema.outputs,
    rows: (tape, y, x, state, mean, weights) => cellLoss(tape, y, x, schema.layout, state, mean, weights),
    elements: (tape, y, x, state) => cellLosses(tape, y, x, schema.layout, state),
  },
});
