import { blamed, reason } from '../../app/table/words.mjs';
import { reportPage, settingSection } from './report-page.mjs';
import { adapter, counted, duration, text, whole } from './words.mjs';

/** @typedef {import('../../app/table/job.ts').TableJobResult} TableJobResult */

/**
 * @typedef {object} Circumstances what the page does not know
 * @property {string} browser
 * @property {string} date
 * @property {string} data the file
 * @property {import('../../app/table/job.ts').TableJobOptions} asked the options of the command
 */

/** The number of rows in the table of anomalies, and in the picture of their cells. */
const shownRows = 30;

/**
 * Returns the report as one HTML file.
 * @param {TableJobResult} result
 * @param {Circumstances} circumstances
 */
export function tableReport(result, circumstances) {
  const file = circumstances.data.split(/[\\/]/).at(-1) ?? '';
  const { rows, columns, training, adapter: info, filled, layers, dialect } = result;
  const used = columns.filter(({ left }) => !left);
  const lead = `${whole(rows)} rows of ${counted(used.length, 'column')}. An autoencoder has learned in ${counted(training.steps, 'step')}, ${duration(training.seconds)}, what a row usually looks like, in Chrome through WebGPU, on ${adapter(info)}.${training.stopped ? ' It was stopped by hand.' : ''} Nothing has left this computer.`;
  const body = `<section>
<h2>The strangest rows</h2>
<p>Row 1 is the first one of the file, below its header. The score is the mean over a row's cells: of a number half its squared distance from what was expected, in standard deviations of its column; of a name −log p. All rows are in <code>scores.csv</code>.</p>
<div class="scroll" tabindex="0"><table>
<thead><tr><th>row</th><th>score</th><th>why</th></tr></thead>
<tbody>
${result.strange
  .slice(0, shownRows)
  .map(
    (row) =>
      `<tr><td>${row.row + 1}</td><td>${row.score.toPrecision(3)}</td><td>${text(reason(row, result.columns))}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table></div>
</section>
<figure>
<h2>Which cells are strange</h2>
<div class="scroll" tabindex="0">${heatMap(result, used)}</div>
<figcaption>The strangest rows, a line each, and their columns. The stronger the colour, the fewer cells of the column are stranger; a cell that is blank has none. Points mark the columns to blame.</figcaption>
</figure>
<figure>
<h2>Scores</h2>
${histogram(result.scores)}
<figcaption>How many rows have which score. Both axes go by powers of ten; rows at the right end are strange.</figcaption>
</figure>
<section>
<h2>What was understood of the file</h2>
<div class="scroll" tabindex="0"><table>
<thead><tr><th>column</th><th>kind</th><th>blanks</th><th>names</th><th></th></tr></thead>
<tbody>
${columns
  .map(
    ({ name, kind, missing, names, note, left }) =>
      `<tr><td>${text(name)}</td><td>${kind}</td><td>${missing ? whole(missing) : ''}</td><td>${names ?? ''}</td><td>${text([left && `left out: ${left}`, note].filter(Boolean).join('; '))}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table></div>
<p>${filled ? `${counted(filled, 'blank')} filled in: <code>filled.csv</code>.` : 'There are no blanks: <code>filled.csv</code> is the table as it is.'} Read with ${text(dialect)}.</p>
</section>
${settingSection(info, circumstances, command(circumstances), layers)}`;
  return reportPage({ title: `${file}: strange rows`, heading: file, lead, styles: ['table-report.css'], body });
}

/** Returns the command with all options that decide the result. @param {Circumstances} circumstances */
function command({ data, asked: { label, epochs, steps, batch, seed } }) {
  const given = Object.entries({ data, label, epochs, steps, batch, seed }).filter(([, value]) => value !== undefined);
  return ['npm start -- --model table', ...given.map(([name, value]) => `--${name} ${quoted(`${value}`)}`)].join(' ');
}

/** Returns an argument as a POSIX shell takes it. @param {string} argument */
const quoted = (argument) => (/^[\w./:@%+=,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`);

/**
 * @param {TableJobResult} result
 * @param {TableJobResult['columns']} columns
 */
function heatMap({ strange, shares }, columns) {
  const rows = strange.slice(0, shownRows);
  const [cell, left, top] = [18, 60, 110];
  const width = left + cell * columns.length + 70;
  const height = top + cell * rows.length + 4;
  const names = columns.map(
    ({ name }, c) =>
      `<text class="label" transform="translate(${left + cell * c + cell / 2 + 4} ${top - 6}) rotate(-55)">${text(name.slice(0, 18))}</text>`,
  );
  const lines = rows.map((row, r) => {
    const guilty = new Set(blamed(row).map(({ column }) => column));
    const y = top + cell * r;
    const cells = columns.map(({ name }, c) => {
      const share = shares[r]?.[c];
      if (share === null || share === undefined) return '';
      // The strength is a logarithm: 3/4 for one cell in a thousand, 1/4 for one in ten.
      const strength = Math.min(1, -Math.log10(Math.max(1e-4, 1 - share)) / 4);
      const x = left + cell * c;
      const point = guilty.has(name) ? `<circle cx="${x + cell / 2}" cy="${y + cell / 2}" r="3"/>` : '';
      return `<rect x="${x + 1}" y="${y + 1}" width="${cell - 2}" height="${cell - 2}" style="opacity:${strength.toFixed(2)}"/>${point}`;
    });
    return `<text class="label" text-anchor="end" x="${left - 8}" y="${y + cell - 5}">${row.row + 1}</text>${cells.join('')}`;
  });
  return `<svg class="heat" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Which cells of the strangest rows are strange">${names.join('')}${lines.join('')}</svg>`;
}

/** @param {number[]} scores */
function histogram(scores) {
  const logs = scores.filter((score) => score > 0 && Number.isFinite(score)).map(Math.log10);
  const least = logs.reduce((a, b) => Math.min(a, b), Infinity);
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(most > least)) return '<p>All rows have the same score.</p>';
  const bars = 40;
  const counts = new Array(bars).fill(0);
  for (const log of logs) counts[Math.min(bars - 1, Math.floor(((log - least) / (most - least)) * bars))]++;
  const [width, height, bottom] = [800, 220, 24];
  const high = Math.log10(Math.max(...counts) + 1);
  const step = width / bars;
  const columns = counts.map((count, i) => {
    const tall = (Math.log10(count + 1) / high) * (height - bottom - 10);
    const from = 10 ** (least + (i / bars) * (most - least));
    return `<rect x="${(i * step + 1).toFixed(1)}" y="${(height - bottom - tall).toFixed(1)}" width="${(step - 2).toFixed(1)}" height="${tall.toFixed(1)}"><title>${counted(count, 'row')} from ${from.toPrecision(2)} on</title></rect>`;
  });
  const ticks = [];
  for (let power = Math.ceil(least); power <= Math.floor(most); power++) {
    const x = ((power - least) / (most - least)) * width;
    ticks.push(
      `<text class="label" text-anchor="middle" x="${x.toFixed(1)}" y="${height - 6}">${Number(`1e${power}`)}</text>`,
    );
  }
  return `<svg class="bars" viewBox="0 0 ${width} ${height}" role="img" aria-label="A histogram of the scores">${columns.join('')}${ticks.join('')}</svg>`;
}
