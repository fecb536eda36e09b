/** Why a row is strange, in words: for the command line, its report and the playground. Plain JavaScript, which Node runs as it is. */

/** @typedef {import('../../src/index.ts').ExplainedRow} ExplainedRow */

/** Columns of a row that are blamed, at most, */
const mostBlamed = 3;
/** and no others than those that add so much of what the first one adds. */
const leastShare = 0.3;

/** The columns to blame for a row. @param {ExplainedRow} row */
export function blamed({ columns }) {
  const most = columns[0]?.error ?? NaN;
  return columns.filter(({ error }, i) => i < mostBlamed && error >= leastShare * most);
}

/** A value as people read it. @param {string | number | null} value @param {string} kind */
export function valueWords(value, kind) {
  if (value === null) return 'nothing';
  if (kind === 'time') return new Date(1000 * Math.round(Number(value))).toISOString().replace('.000Z', 'Z');
  return typeof value === 'number' ? `${Number(value.toPrecision(5))}` : `'${value}'`;
}

/** Why a row is strange. @param {ExplainedRow} row @param {readonly { name: string, kind: string }[]} columns */
export function reason(row, columns) {
  const kindOf = (/** @type {string} */ name) => columns.find((column) => column.name === name)?.kind ?? 'number';
  return blamed(row)
    .map(({ column, found, expected }) => {
      const kind = kindOf(column);
      return `${column} is ${valueWords(found, kind)}, expected ${valueWords(expected, kind)}`;
    })
    .join('; ');
}
