import { OptionError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import { checkNumber } from '../../runtime/options.ts';
import { readSampler } from '../downstream/sampler.ts';
import type { Checkpoint } from '../saving/checkpoint.ts';
import { resumed } from '../saving/load.ts';
import { checked, record } from '../saving/metadata.ts';
import { readWrittenTable } from './spec.ts';
import { TableAutoencoder } from './table-autoencoder.ts';

/** Makes the model of tables that a file holds. @throws FormatError */
export async function loadTable(gpu: Gpu, checkpoint: Checkpoint): Promise<TableAutoencoder> {
  const { table, samples, sampler, ...others } = checkpoint.spec;
  const model = checked(() => {
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new OptionError(`a model of tables has no ${unknown}`);
    const { spec, scaled } = readWrittenTable(record(table, 'table'));
    const rest = {
      scaled,
      samples: checkNumber('samples', samples, { least: 0, most: 2 ** 32 - 1, whole: true }),
      sampler: sampler === undefined ? undefined : readSampler(record(sampler, 'sampler')),
    };
    return resumed(new TableAutoencoder(gpu, spec, checkpoint.given), (made) => made.resume(checkpoint, rest));
  });
  return model.prepare();
}
