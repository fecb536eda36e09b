import { OptionError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import type { Checkpoint } from '../saving/checkpoint.ts';
import { checked, readCount, readNumbers, record, resumed } from '../saving/metadata.ts';
import { readSampler } from '../saving/read-sampler.ts';
import type { Readers } from '../saving/read-model.ts';
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
    const rest = { scaled, samples: readCount('samples', samples) };
    return resumed(new TableAutoencoder(gpu, spec, checkpoint.savedValues), (made) =>
      made.resume(checkpoint, { ...rest, sampler: readSampler(sampler, made.encoder, checkpoint.savedValues) }),
    );
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
  const { shift, spread, cells } = record(scales, 'scales');
  const numbers = (values: unknown, above?: number) =>
    Float64Array.from(readNumbers('the scales', values, columns.length, above));
  const fitted = { shift: numbers(shift), spread: numbers(spread, 0) };
  return { spec, scaled: { fitted, cells: readCells(columns, cells) } };
}
