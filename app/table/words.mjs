/** Why a row is strange, in words: for the command line, its report and the playground. Plain JavaScript, which Node runs as it is. */

/** @typedef {import('../../src/index.ts').ExplainedRow} ExplainedRow */

/** The most columns of a row that are blamed. */
const mostBlamed = 3;
/** The least error of a blamed column behind the first, as a part of the row's largest. */
const leastShare = 0.3;

/** Returns the columns to blame for a row: the first one, and those behind it with a large error. @param {ExplainedRow} row */
export function blamed({ columns }) {
  const known = columns.filter(({ error }) => !Number.isNaN(error));
  const largest = Math.max(...known.map(({ error }) => error));
  return known.slice(0, mostBlamed).filter(({ error }, i) => i === 0 || error >= leastShare * largest);
}

/** A value as people read it. @param {string | number | null} value @param {string} kind */
export function valueWords(value, kind) {
  if (value === null) return 'nothing';
  if (kind === 'time') return new Date(1000 * Math.round(Number(value))).toISOString().replace('.000Z', 'Z');
  return typeof value === 'number' ? `${Number(value.toPrecision(5))}` : `'${value}'`;
}

/**
 * What was expected instead of a value, in words that tell them apart.
 * @param {string | number | null} found
 * @param {string | number | null} expected
 * @param {string} kind
 * @returns {[found: string, expected: string]}
 */
function contrasted(found, expected, kind) {
  const inWords = (/** @type {(value: string | number | null) => string} */ words) =>
    /** @type {[string, string]} */ ([words(found), words(expected)]);
  const short = inWords((value) => valueWords(value, kind));
  if (short[0] !== short[1]) return short;
  if (typeof found === 'number' && typeof expected === 'number' && found !== expected)
    return inWords((value) => (kind === 'time' ? new Date(1000 * Number(value)).toISOString() : `${value}`));
  return [short[0], 'the same, but with little certainty'];
}

/** Why a row is strange. @param {ExplainedRow} row @param {readonly { name: string, kind: string }[]} columns */
export function reason(row, columns) {
  const kindOf = (/** @type {string} */ name) => columns.find((column) => column.name === name)?.kind ?? 'number';
  return blamed(row)
    .map(({ column, found, expected }) => {
      const kind = kindOf(column);
      const [own, other] = contrasted(found, expected, kind);
      return `${column} is ${own}, expected ${other}`;
    })
    .join('; ');
}
