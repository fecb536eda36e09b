/** The page of `npm start -- --model table`: the command line opens it and calls `window.tableJob`. */
import { adam, autoencoder, cosine, dense, hideCells, openGpu, readTable, type Table } from '../../src/index.ts';
import { base64 } from '../files.ts';
import { outcomeOf } from '../outcome.ts';
import { reporting } from '../progress.ts';
import type { ColumnFacts, TableJobOptions, TableJobResult } from './job.ts';
import { scoresCsv } from './scores.ts';

/** Rows that are explained in the report, and in the file. */
const [explained, explainedInFile] = [100, 1000];

/** Up to so many, each is judged while it is hidden from the model. */
const mostCells = 5_000_000;

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
  const hidden = width > 30 ? 128 : 64;
  const model = await autoencoder(gpu, {
    input: table.columns,
    encoder: [dense(hidden, 'gelu'), dense(Math.min(32, Math.max(2, Math.ceil(width / 2))))],
    decoder: [dense(hidden, 'gelu')],
    corrupt: hideCells(0.2),
    seed,
  });
  show('Training …');
  const begun = performance.now();
  const training = model.fit(table, {
    steps,
    batchSize: batch,
    optimizer: adam(cosine(3e-3, { to: 1e-5, steps })),
    ...reporting(batch, (progress) => void window.tableProgress(progress)),
  });
  stopping.signal.addEventListener('abort', () => training.stop());
  const history = await training;
  const seconds = (performance.now() - begun) / 1000;
  await window.tableTrained();
  show('Looking for strange rows …');
  // As many passes as columns: for a table that is very large they would take longer than the training.
  const judging = { hidden: table.length * width <= mostCells };
  const scores = await model.errors(table, judging);
  const cells = await model.errors(table, { perColumn: true, ...judging });
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
  const reasons = await model.explain(table, { rows: order.slice(0, explainedInFile), ...judging });
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
      filled: filled.toCsv(),
      weights: await base64(new Blob([await model.save()])),
    },
  };
  model.dispose();
  gpu.close();
  return result;
}

/** The columns that the model sees, and what there is to say of all. */
function chosen(file: Table): { table: Table; columns: ColumnFacts[] } {
  const columns = file.columns.map(({ name, kind, categories, missing, min, max, note }): ColumnFacts => {
    const names = kind === 'category' ? categories?.length : undefined;
    const left =
      missing === file.length
        ? 'all of it is blank'
        : kind === 'category' && !categories
          ? 'it has more than 10,000 different texts'
          : kind === 'category' && names! > 20 && names! > (file.length - missing) / 2
            ? 'most rows have a text of their own there, as names and ids have'
            : (kind === 'category' ? names === 1 : min === max)
              ? 'all of its values are the same'
              : undefined;
    return { name, kind, missing, names, note, left };
  });
  const without = columns.filter(({ left }) => left).map(({ name }) => name);
  return { table: without.length ? file.without(...without) : file, columns };
}

/** Enough steps for a small table, and enough passes over a large one, unless more or fewer are asked for. */
function lengths({ length }: Table, { epochs, steps, batch }: Pick<TableJobOptions, 'epochs' | 'steps' | 'batch'>) {
  const size = Math.min(length, batch ?? (length > 10_000 ? 256 : 64));
  const pass = Math.ceil(length / size);
  return { batch: size, steps: steps ?? (epochs === undefined ? Math.max(2000, 5 * pass) : epochs * pass) };
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
