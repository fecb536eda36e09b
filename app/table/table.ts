/** The page of `npm start -- --model table`: the command line opens it and calls `window.tableJob`. */
import { openGpu, readTable } from '../../src/index.ts';
import { base64 } from '../files.ts';
import { outcomeOf } from '../outcome.ts';
import { reporting } from '../progress.ts';
import { stopOn } from '../stopping.ts';
import { chosen } from './columns.ts';
import { filledCsv } from './filled.ts';
import type { TableJobOptions, TableJobResult } from './job.ts';
import { judged } from './judged.ts';
import { lengths, modelFor, optimizerFor } from './model.ts';
import { scoresCsv } from './scores.ts';

/** Rows that are explained in the report, and in the file. */
const [explained, explainedInFile] = [100, 1000];

const stopping = new AbortController();

window.tableJob = {
  async run(options) {
    const outcome = await outcomeOf(() => run(options));
    if ('failure' in outcome) show(outcome.failure.message);
    return outcome;
  },
  stop: () => stopping.abort(),
};

async function run({ label, seed, ...amounts }: TableJobOptions): Promise<TableJobResult> {
  show('Reading …');
  const response = await fetch('/data/table');
  const file = await readTable(response, { ...(label !== undefined && { label }), signal: stopping.signal });
  const { table, columns } = chosen(file);
  const { steps, batch } = lengths(table, amounts);
  await window.tableStarted({ rows: table.length, steps, batch });
  const gpu = await openGpu();
  const width = table.columns.length;
  const model = await modelFor(gpu, table, seed);
  show('Training …');
  const begun = performance.now();
  const training = model.fit(table, {
    steps,
    batchSize: batch,
    optimizer: optimizerFor(steps),
    ...reporting(batch, (progress) => void window.tableProgress(progress)),
  });
  stopOn(stopping.signal, training);
  const history = await training;
  const seconds = (performance.now() - begun) / 1000;
  await window.tableTrained();
  show('Looking for strange rows …');
  const { hidden, cells, scores, order } = await judged(model, table);
  const reasons = await model.explain(table, { rows: order.slice(0, explainedInFile), hidden });
  const filled = await model.impute(table);
  const result: TableJobResult = {
    adapter: { ...gpu.info },
    rows: table.length,
    columns,
    dialect: Object.entries(file.dialect)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join(', '),
    training: { steps: history.steps, batch, seconds, loss: history.loss.at(-1)!, stopped: history.stopped === 'user' },
    layers: model.summary(),
    scores: Array.from(scores),
    strange: reasons.slice(0, explained),
    shares: sharesOf(cells, width, order.slice(0, explained)),
    filled: table.columns.reduce((sum, { missing }) => sum + missing, 0),
    files: {
      scores: scoresCsv(file, scores, order, reasons),
      filled: filledCsv(file, filled),
      weights: await base64(new Blob([await model.save()])),
    },
  };
  model.dispose();
  gpu.close();
  return result;
}

/** For each cell of some rows the share of the cells of its column that are less strange. */
function sharesOf(cells: Float32Array, width: number, rows: readonly number[]): (number | null)[][] {
  const sorted = Array.from({ length: width }, (_, c) =>
    cells.filter((value, i) => i % width === c && !Number.isNaN(value)).sort(),
  );
  const share = (value: number, column: Float32Array) => {
    let [low, high] = [0, column.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (column[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low / Math.max(1, column.length - 1);
  };
  return rows.map((row) =>
    sorted.map((column, c) => {
      const value = cells[row * width + c];
      return Number.isNaN(value) ? null : share(value, column);
    }),
  );
}

function show(text: string): void {
  document.getElementById('state')!.textContent = text;
}
