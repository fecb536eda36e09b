/** Numbers as texts: which sign stands before the fraction, and which one sets thousands apart. */

/** What stands before the fraction of a number. */
export type Decimal = '.' | ',';

/** What sets thousands apart; a space also means the spaces that do not break a line. */
export type Thousands = ',' | '.' | ' ' | "'";

export interface NumberFormat {
  readonly decimal: Decimal;
  readonly thousands?: Thousands;
}

/** In the order in which they are preferred: what is simple before what is not. */
export const formats: readonly NumberFormat[] = [
  { decimal: '.' },
  { decimal: ',' },
  { decimal: '.', thousands: ',' },
  { decimal: '.', thousands: ' ' },
  { decimal: '.', thousands: "'" },
  { decimal: ',', thousands: '.' },
  { decimal: ',', thousands: ' ' },
  { decimal: ',', thousands: "'" },
];

const plain = /^[+-]?[\d.]+(e[+-]?\d+)?$/i;
const infinite = /^([+-]?)inf(inity)?$/i;
const anySpace = /[ \u00a0\u202f]/g;

/** A sign, groups of three, and the rest. */
const grouped = /^([+-]?)(\d{1,3}(?:,\d{3})+)(?:\.(\d*))?$/;

/** The number that a text means, infinite ones too, or undefined. */
export function numberOf(text: string, { decimal, thousands }: NumberFormat): number | undefined {
  const ofWord = infinite.exec(text);
  if (ofWord) return ofWord[1] === '-' ? -Infinity : Infinity;
  // In a text that has the signs the other way round, a point would be taken for a decimal one.
  const written = decimal === '.' ? text : swapped(text);
  if (plain.test(written)) {
    const value = Number(written);
    return Number.isNaN(value) ? undefined : value;
  }
  if (!thousands) return undefined;
  const set =
    thousands === ' ' ? written.replace(anySpace, ',') : thousands === "'" ? written.replaceAll("'", ',') : written;
  // A comma that stood there is none of these.
  if (set !== written && written.includes(',')) return undefined;
  const [, sign, groups, fraction = ''] = grouped.exec(set) ?? [];
  return groups === undefined ? undefined : Number(`${sign}${groups.replaceAll(',', '')}.${fraction}0`);
}

const swapped = (text: string): string => text.replace(/[.,]/g, (sign) => (sign === ',' ? '.' : ','));

/** Exact as doubles. */
const powers = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

/** Of so many digits every whole number is a double, and with a power of ten below 10²² the quotient is rounded once. */
const mostDigits = 15;

/**
 * Reads digits with at most one decimal sign from `at` on, up to a delimiter or the end of a line, and puts the double that is closest, as `Number`
 * gives it (Clinger 1990), into `values`. Returns where they end, or -1 for anything else.
 */
export function scanNumber(
  bytes: Uint8Array,
  at: number,
  delimiter: number,
  decimal: number,
  values: Float32Array | Float64Array,
  place: number,
): number {
  let byte = bytes[at];
  const negative = byte === 0x2d;
  if (negative) byte = bytes[++at];
  let begin = at;
  let whole = 0;
  while (byte >= 0x30 && byte <= 0x39) {
    whole = whole * 10 + (byte - 0x30);
    byte = bytes[++at];
  }
  let digits = at - begin;
  let fraction = 0;
  if (byte === decimal && byte !== delimiter) {
    byte = bytes[++at];
    begin = at;
    while (byte >= 0x30 && byte <= 0x39) {
      whole = whole * 10 + (byte - 0x30);
      byte = bytes[++at];
    }
    fraction = at - begin;
    digits += fraction;
  }
  if (digits === 0 || digits > mostDigits || (byte !== delimiter && byte !== 0x0a && byte !== 0x0d)) return -1;
  if (fraction) whole /= powers[fraction];
  values[place] = negative ? -whole : whole;
  return at;
}
