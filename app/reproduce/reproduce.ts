/** The page of `npm run reproduce`: the command line opens it and calls `window.reproduction`. */
import { outcomeOf } from '../outcome.ts';
import type { RowName, Settings } from './protocol.ts';
import { openWork, type PartedRow, type Work } from './row.ts';
import { rows } from './rows.ts';

let work: Work | undefined;

window.reproduction = {
  open: (asked) =>
    outcomeOf(async () => {
      work = await openWork(asked, { train: 256, test: 128 });
      const { gpu, machine, train } = work;
      const settings = Object.entries(rows).map(([name, row]) => [
        name,
        { ...row.settings(machine), ...(!row.ownData && { images: train.count }) },
      ]);
      return {
        adapter: { ...gpu.info },
        software: machine.software,
        settings: Object.fromEntries(settings) as Record<RowName, Settings>,
      };
    }),
  run: (name) =>
    outcomeOf(async () => {
      const row = rows[name];
      if (!('run' in row)) throw new Error(`the row ${name} has parts: call measure`);
      return row.run(begin(name));
    }),
  measure: (name, part) => outcomeOf(async () => inParts(name).measure(begin(`${name}: ${part}`), part)),
  conclude: (name, parts) => outcomeOf(async () => inParts(name).conclude(begin(name).machine, parts)),
};

function begin(title: string): Work {
  if (!work) throw new Error('call open first');
  document.getElementById('state')!.textContent = title;
  return work;
}

function inParts(name: RowName): PartedRow {
  const row = rows[name];
  if (!('measure' in row)) throw new Error(`the row ${name} has no parts: call run`);
  return row;
}
