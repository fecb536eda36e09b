/** The page of `npm run reproduce`: the command line opens it and calls `window.reproduction`. */
import { openGpu } from '../../src/index.ts';
import { testSet, trainSet } from '../data.ts';
import { outcomeOf } from '../outcome.ts';
import type { RowName, Settings } from './protocol.ts';
import { makeWork, onDevice, type Work } from './row.ts';
import { rows } from './rows.ts';

let work: Work | undefined;

window.reproduction = {
  open: ({ quick }) =>
    outcomeOf(async () => {
      const gpu = await openGpu();
      const machine = { quick, software: gpu.info.isFallback };
      const [train, test] = await Promise.all([trainSet(), testSet()]);
      work = makeWork(
        gpu,
        machine,
        await onDevice(gpu, train, quick ? 256 : train.count),
        await onDevice(gpu, test, quick ? 128 : test.count),
      );
      const settings = Object.entries(rows).map(([name, row]) => [
        name,
        { ...row.settings(machine), images: work!.train.count },
      ]);
      return {
        adapter: { ...gpu.info },
        software: machine.software,
        settings: Object.fromEntries(settings) as Record<RowName, Settings>,
      };
    }),
  run: (name) =>
    outcomeOf(async () => {
      if (!work) throw new Error('open comes before run');
      document.getElementById('state')!.textContent = name;
      return rows[name].run(work);
    }),
};
