/** How strange rows and cells are to a model of tables; see `errors` of `TableAutoencoder` for the contract. */
import type { Dataset } from '../../data/dataset.ts';
import { blanksAsNaN } from '../../runtime/blank.ts';
import { checkFlag, checkOptions } from '../../runtime/options.ts';
import { columnByColumn } from '../../kernels/cells.ts';
import { recordErrors } from '../downstream/reading.ts';
import { predict, type Recording } from '../predict.ts';
import { isGaussian, recordInput, type AnyHourglass } from '../training/hourglass.ts';
import type { TableData } from './spec.ts';

/** Returns the score of each row, or of each cell. */
export async function scores(
  model: AnyHourglass,
  data: TableData,
  options: { perColumn?: boolean; hidden?: boolean },
): Promise<Float32Array> {
  checkOptions('errors', options, ['perColumn', 'hidden']);
  const { perColumn = false, hidden = false } = options;
  checkFlag('errors: perColumn', perColumn);
  checkFlag('errors: hidden', hidden);
  if (hidden) return hiddenScores(model, data, perColumn);
  const { host, inputShape } = model.encoder;
  const shape = perColumn ? inputShape : [1];
  const record: Recording = (pass, x) => recordErrors(model, pass, x, perColumn);
  const values = (await predict(host(), 'errors', data as Dataset, inputShape, shape, record, { scores: true })).data;
  return perColumn ? blanksAsNaN(values) : values;
}

/** Returns the score of each cell while it is hidden, or for each row their mean, with a Gaussian code their sum. */
export async function hiddenScores(model: AnyHourglass, data: TableData, perColumn: boolean): Promise<Float32Array> {
  const { host, inputShape } = model.encoder;
  const record: Recording = (pass, examples) => {
    const x = recordInput(model, pass, examples);
    return columnByColumn(pass.tape, x, (hidden) => {
      const y = model.decoder.record(pass, model.encoder.record(pass, hidden));
      return model.loss.recorded!.elements(pass.tape, y, x, pass.state);
    });
  };
  const values = (await predict(host(), 'errors', data as Dataset, inputShape, inputShape, record, { scores: true }))
    .data;
  const cells = blanksAsNaN(values);
  return perColumn ? cells : ofRows(model, cells);
}

/** Returns the scores of rows from those of their cells. */
export function ofRows(model: AnyHourglass, cells: Float32Array): Float32Array {
  const [width] = model.encoder.inputShape;
  return Float32Array.from({ length: cells.length / width }, (_, row) => {
    const there = cells.subarray(row * width, (row + 1) * width).filter((value) => !Number.isNaN(value));
    const sum = there.reduce((all, value) => all + value, 0);
    return isGaussian(model) || !there.length ? sum : sum / there.length;
  });
}
