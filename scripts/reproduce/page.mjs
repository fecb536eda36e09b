import { duration } from '../start/words.mjs';
import { facts, rowNames } from './options.mjs';

/** @typedef {import('../../app/reproduce/protocol.ts').Comparison} Comparison */
/** @typedef {import('./results.mjs').Result} Result */

const introduction = `# Known figures, and ours

Written by \`npm run reproduce\`, which trains everything below on the 60,000 images of MNIST and measures on its 10,000 test images, unless a section says otherwise;
\`npm run reproduce -- --row linear\` does one row alone. The last column says whether what was asked for came out.
Times are those of the whole row, measuring included.
`;

const rehearsal = `# A rehearsal

Every row has run through, with a few images and a few steps. The figures mean nothing.
`;

/** The setting that --minutes changes, in rows that train for a fixed time. */
const clocked = 'minutes a model';

/**
 * Returns the text of docs/RESULTS.md.
 * @param {import('./results.mjs').Results} results
 * @param {boolean} quick
 */
export function resultsPage(results, quick) {
  const sections = rowNames.map((name) => {
    const result = results[name];
    const { title, about } = facts[name];
    return `## ${title}\n\n${about[0].toUpperCase()}${about.slice(1)}.\n\n${result ? section(name, result) : `Not done yet: \`npm run reproduce -- --row ${name}${facts[name].files ? ' --data <folder>' : ''}\``}\n`;
  });
  return [quick ? rehearsal : introduction, ...sections].join('\n');
}

/**
 * @param {import('./results.mjs').RowName} name
 * @param {Result} result
 */
function section(name, { comparisons, tables = [], notes, settings, adapter, browser, date, seconds, parts = {} }) {
  const rows = comparisons.map((comparison) => `| ${cells(comparison).join(' | ')} |`);
  const setting = Object.entries(settings).map(([key, value]) => (key === 'model' ? `${value}` : `${key} ${value}`));
  const minutes = clocked in settings ? ` --minutes ${settings[clocked]}` : '';
  const data = facts[name].files ? ' --data <folder>' : '';
  const missing = facts[name].parts?.filter((part) => !parts[part]) ?? [];
  return [
    '| | ours | reference | asked | |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...tables.flatMap(({ title, head, lines }) => [
      `${title}:`,
      '',
      ...[head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`),
      '',
    ]),
    ...notes.flatMap((note) => [note, '']),
    ...(missing.length
      ? [`Not done yet: ${missing.join(', ')}; \`npm run reproduce -- --row ${name}${data}${minutes}\``, '']
      : []),
    `Setting: ${setting.join(', ')}. ${date.slice(0, 10)}, ${adapter}, ${browser}, ${duration(seconds)}; \`npm run reproduce -- --again --row ${name}${data}${minutes}\``,
  ].join('\n');
}

/** @param {Comparison} comparison */
function cells({ what, ours, decimals, standardError, reference, source, asked = '', holds }) {
  const number = (/** @type {number} */ value) => value.toFixed(decimals);
  const known = typeof reference === 'number' ? number(reference) : reference;
  return [
    what,
    standardError === undefined ? number(ours) : `${number(ours)} ± ${number(standardError)}`,
    [known, source && `(${source})`].filter(Boolean).join(' '),
    asked,
    holds === undefined ? '' : holds ? 'yes' : '**no**',
  ];
}
