import type { Dataset } from '../../data/dataset.ts';
import type { CellColumn } from '../../data/table/cells.ts';
import type { Table, TableColumn } from '../../data/table/table.ts';
import { OptionError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import { checkOptions, checkSeed } from '../../runtime/options.ts';
import type { Corruption } from '../parts/corruptions.ts';
import { checkLayers, type Layer } from '../parts/layer.ts';
import { dense } from '../parts/layers.ts';
import { written } from '../parts/part.ts';
import type { Penalty } from '../parts/penalties.ts';
import { assembleParts, readList, type Owners, type Parts } from '../spec.ts';
import { lossOfCells, ofCells, takesCells } from './parts.ts';
import { CellScaler, type FittedCells } from './scaler.ts';
import { readColumns, Schema } from './schema.ts';

/** The parts of an autoencoder for tables. The last layer and the loss follow from the columns. */
export interface TableSpec {
  /** The columns of a table: `table.columns`. */
  input: readonly TableColumn[];
  /** The layers from the cells to the code, beginning with a dense one. */
  encoder: Layer[];
  /**
   * The decoder's hidden layers. A last dense layer, which computes the outputs of all columns, is added behind them;
   * with `[]` it is the only one.
   */
  decoder: Layer[];
  /**
   * What the encoder sees in training instead of a row: `hideCells`, `swapNoise`. Several are applied in this order.
   */
  corrupt?: Corruption | Corruption[];
  /**
   * Terms added to the loss: `sparsity`, `weightDecay`, `mmd`, `adversarial` on the code, `unitNorm`, `deadLatents`.
   */
  penalty?: Penalty | Penalty[];
  /** Determines the initial weights, the order of rows and all noise. Default 0. */
  seed?: number;
}

/** A checked spec. */
export interface TableParts extends Parts<CellScaler> {
  readonly schema: Schema;
  readonly normalizer: CellScaler;
  /** The layers as they were given. */
  readonly given: Pick<TableSpec, 'encoder' | 'decoder'>;
}

/** Checks a spec. @throws OptionError, ShapeError */
export function readTableSpec(gpu: Gpu, spec: TableSpec, owners: Owners): TableParts {
  // Checked first, since a list of anything else was meant as a shape.
  const columns = readColumns(spec.input);
  checkOptions('autoencoder', spec, ['input', 'encoder', 'decoder', 'corrupt', 'penalty', 'seed']);
  const { seed = 0 } = spec;
  checkSeed('autoencoder', seed);
  const schema = new Schema(gpu, columns);
  checkLayers('autoencoder: the encoder', spec.encoder, 1);
  checkLayers('autoencoder: the decoder', spec.decoder, 0);
  const [first, ...rest] = spec.encoder;
  const code = rest.at(-1)?.code;
  if (code?.kind === 'gaussian' && code.samples > 1)
    throw new OptionError('autoencoder: a Gaussian code of a table has one sample, not several');
  const penalties = readList('penalty', spec.penalty);
  for (const { name, opponent } of penalties)
    if (name === 'stochasticContractive' || name === 'contractive' || opponent?.takes === 'output')
      throw new OptionError(
        `autoencoder: penalty: ${name} looks at the input as numbers, which the cells of a table are not; leave it out`,
      );
  const scaler = new CellScaler(gpu, schema);
  const halves = {
    inputShape: [schema.columns.length],
    encoder: [takesCells(first, schema), ...rest],
    decoder: [...spec.decoder, dense(schema.outputs)],
    scales: scaler,
  };
  return {
    ...assembleParts({ ...halves, loss: lossOfCells(schema), penalties }, owners),
    corruptions: readList('corrupt', spec.corrupt).map(ofCells),
    normalizer: scaler,
    tied: false,
    seed,
    schema,
    given: { encoder: spec.encoder, decoder: spec.decoder },
  };
}

/** Returns a spec as plain data; `loadTable` reads it back. */
export function writeTableSpec({ schema, normalizer, given, corruptions, penalties, seed }: TableParts): object {
  const { columns, cells } = schema;
  const scales = normalizer.describe();
  return {
    input: columns,
    scales: scales && { ...scales, cells: cells!.map(({ center, unit }) => ({ center, unit })) },
    encoder: written(given.encoder),
    decoder: written(given.decoder),
    corrupt: written(corruptions),
    penalty: written(penalties),
    seed,
  };
}

/** The units of a table's columns, as a model has learnt them. */
export interface Scaled {
  readonly fitted: FittedCells;
  readonly cells: readonly CellColumn[];
}

/** The data of a model of tables: a table, or a data set made from one. */
export type TableData = Table | Dataset;
