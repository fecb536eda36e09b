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
      notes: [
        'The series are of the Numenta Anomaly Benchmark, and so are their strange stretches. ECG5000 comes in 4,500 training and 500 test beats, each column within 0 and 1; the tutorial divides the same beats another way. keras-io takes the mean absolute error of a window as its score and calls a step strange if all windows that cover it are; here scores are squared errors, and a step has the mean of its windows.',
      ],
    };
  },
  { ownData: true },
);
