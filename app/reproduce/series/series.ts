/** Time series whose strange stretches are known. The files are found by the option --data of the command line. */
import { partedRow } from '../row.ts';
import * as ecg from './ecg.ts';
import * as jumpsup from './jumpsup.ts';
import * as machine from './machine.ts';

/** What the parts have measured. */
interface Parts {
  ecg?: Awaited<ReturnType<typeof ecg.measure>>;
  jumpsup?: Awaited<ReturnType<typeof jumpsup.measure>>;
  machine?: Awaited<ReturnType<typeof machine.measure>>;
}

export const seriesRow = partedRow(
  (given) => ({ ...ecg.settings(given), ...jumpsup.settings(given), ...machine.settings(given), seed: 0 }),
  async (work, settings, part) => {
    const { measure } = { ecg, jumpsup, machine }[part] as typeof ecg & typeof jumpsup & typeof machine;
    return measure(work, settings, settings.seed);
  },
  (parts) => {
    const done = parts as unknown as Parts;
    return {
      comparisons: [
        ...(done.ecg ? ecg.compare(done.ecg) : []),
        ...(done.jumpsup ? jumpsup.compare(done.jumpsup) : []),
        ...(done.machine ? machine.compare(done.machine) : []),
      ],
      tables: done.machine ? machine.tables(done.machine) : [],
      notes: [
        'The series are of the Numenta Anomaly Benchmark, and so are their strange stretches.',
        'ECG5000: means over random splits of 5,000 beats, four fifths to train on as in the tutorial, which has one such split. Each column is within 0 and 1; the tutorial scales all columns alike. The limit lets nine of ten normal beats of the training part pass, whatever the model: more accuracy than that allows is the luck of a split.',
        'art_daily: keras-io scores windows by their mean absolute error, here it is the squared one. The mean timeline is wider than what is strange, as each window tells its whole day.',
        'Machine temperature: which of the models finds the most was seen on the same stretches that it is measured on. The distance from the mean alone does as well: in all four stretches the machine is colder than on average.',
      ],
    };
  },
  { ownData: true },
);
