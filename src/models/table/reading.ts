/** What a model of tables makes of rows: other tables; see the methods of `TableAutoencoder` for the contract. */
import type { Dataset } from '../../data/dataset.ts';
import type { Table } from '../../data/table/table.ts';
import { columnByColumn } from '../../kernels/cells.ts';
import type { Matrix, Tensor } from '../../runtime/tensor.ts';
import { recordOutput, recordReconstruction } from '../downstream/reading.ts';
import { predict, type Recording } from '../predict.ts';
import { recordInput, type AnyHourglass } from '../training/hourglass.ts';
import type { TableData, TableParts } from './spec.ts';
import { tableOfCells } from './tables.ts';

/** Encodes and decodes rows. */
export async function reconstruct(
  model: AnyHourglass,
  parts: TableParts,
  data: TableData,
  hidden = false,
): Promise<Table> {
  const { encoder } = model;
  const { columns } = parts.schema;
  const record: Recording = (pass, examples) => {
    if (!hidden) return recordReconstruction(model, pass, examples);
    const x = recordInput(model, pass, examples);
    const decoded = (cells: Tensor) => model.decoder.record(pass, encoder.record(pass, cells));
    return columnByColumn(pass.tape, x, (cells) => recordOutput(model, pass, decoded(cells)));
  };
  const { data: cells } = await encoder.compute('reconstruct', data as Dataset, [columns.length], record);
  return tableOfCells(parts, cells);
}

/** Decodes rows of codes to a table. */
export async function decodeTable(parts: TableParts, codes: Matrix): Promise<Table> {
  const { decoder, normalizer, schema } = parts;
  normalizer.needFitted();
  const record: Recording = (pass, z) => normalizer.inverse(pass.tape, decoder.record(pass, z));
  const owner = { ...decoder.owner(), place: undefined, put: undefined };
  const shape = [schema.columns.length];
  const { data } = await predict(owner, 'decode', codes, decoder.inputShape, shape, record);
  return tableOfCells(parts, data);
}
