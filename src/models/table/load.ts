import { OptionError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import { checkNumber } from '../../runtime/options.ts';
import type { Checkpoint } from '../saving/checkpoint.ts';
import { checked, record } from '../saving/metadata.ts';
import { readSampler } from '../saving/read-sampler.ts';
import type { Readers } from '../saving/read-model.ts';
import { readFittedCells } from './scaler.ts';
import { readCells, readColumns } from './schema.ts';
import type { Scaled, TableSpec } from './spec.ts';
import { TableAutoencoder } from './table-autoencoder.ts';

/** Makes the model of tables in a file. @throws FormatError */
export async function loadTable(gpu: Gpu, checkpoint: Checkpoint, readers: Readers): Promise<TableAutoencoder> {
  const { table, samples, sampler, ...others } = checkpoint.spec;
  const model = checked(() => {
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new OptionError(`a model of tables has no ${unknown}`);
    const { spec, scaled } = readWritten(record(table, 'table'), readers);
    const rest = {
      scaled,
      samples: checkNumber('samples', samples, { least: 0, most: 2 ** 32 - 1, whole: true }),
    };
    const made = new TableAutoencoder(gpu, spec, checkpoint.savedValues);
    try {
      made.resume(checkpoint, { ...rest, sampler: readSampler(sampler, made.encoder, checkpoint.savedValues) });
      return made;
    } catch (error) {
      made.dispose();
      throw error;
    }
  });
  return model.prepare();
}

/** Reads the metadata of a model of tables. @throws OptionError */
function readWritten(
  { input, scales, encoder, decoder, corrupt, penalty, seed }: Record<string, unknown>,
  { readLayers, readCorruptions, readPenalties }: Readers,
): { spec: TableSpec; scaled?: Scaled } {
  const columns = readColumns(input);
  const spec = {
    input: columns,
    encoder: readLayers(encoder),
    decoder: readLayers(decoder),
    corrupt: readCorruptions(corrupt),
    penalty: readPenalties(penalty),
    seed,
  } as unknown as TableSpec;
  if (scales === undefined) return { spec };
  const found = record(scales, 'scales');
  return { spec, scaled: { fitted: readFittedCells(found, columns.length), cells: readCells(columns, found.cells) } };
}
