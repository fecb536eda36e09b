/** Parses numbers with several decimal and thousands separators. */

export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** The thousands separator. A space also stands for the non-breaking spaces. */
  readonly thousands?: ',' | '.' | ' ' | "'";
}

/** The number formats in order of preference, simple ones first. */
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

/** Parses a number, which may be infinite, or returns undefined. */
export function numberOf(text: string, { decimal, thousands }: NumberFormat): number | undefined {
  const ofWord = infinite.exec(text);
  if (ofWord) return ofWord[1] === '-' ? -Infinity : Infinity;
  // Separators are swapped for a decimal comma, so that the point is always decimal.
  const written = decimal === '.' ? text : swapped(text);
  if (plain.test(written)) {
    const value = Number(written);
    return Number.isNaN(value) ? undefined : value;
  }
  if (!thousands) return undefined;
  const set =
    thousands === ' ' ? written.replace(anySpace, ',') : thousands === "'" ? written.replaceAll("'", ',') : written;
  // A comma in the original text does not fit this format.
  if (set !== written && written.includes(',')) return undefined;
  const [, sign, groups, fraction = ''] = grouped.exec(set) ?? [];
  return groups === undefined ? undefined : Number(`${sign}${groups.replaceAll(',', '')}.${fraction}0`);
}

/** Returns whether a text is a number with a zero before other digits. */
export const hasLeadingZero = (text: string): boolean => /^[+-]?0\d/.test(text);

/** A whole number of at least 16 digits, in groups of three or not. */
const manyDigits = /^[+-]?(\d{16,}|\d{1,3}([.,' \u00a0\u202f]\d{3}){5,})$/;

/** Returns whether a text is a whole number that shares its double with other whole numbers. */
export const isInexact = (text: string, value: number): boolean =>
  Math.abs(value) > Number.MAX_SAFE_INTEGER && manyDigits.test(text);

const swapped = (text: string): string => text.replace(/[.,]/g, (sign) => (sign === ',' ? '.' : ','));

const zero = 0x30;
const isDigit = (byte: number): boolean => byte >= zero && byte <= 0x39;

/** Returns the place of the last of the zeros before a digit from `at` on, or else `at`. */
export function behindZeros(bytes: Uint8Array, at: number): number {
  while (bytes[at] === zero && isDigit(bytes[at + 1])) at++;
  return at;
}

/** Powers of ten, all exact as doubles. */
const powers = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * Up to this many digits, a whole number is exact, and its quotient by a power of ten below 10²² is rounded only once.
 */
const mostDigits = 15;

/**
 * Parses digits with at most one decimal separator from `at` on, up to a delimiter or line end, and writes the closest
 * double, as `Number` returns it (Clinger 1990), to `values`. Returns the end of the digits, or -1 for any other text,
 * also for one with a leading zero, which may be a code.
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
  if (byte === zero && isDigit(bytes[at + 1])) return -1;
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
