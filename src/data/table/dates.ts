/**
 * Parses dates as seconds since 1970-01-01 in UTC. A date without a zone counts as UTC, so that a file means the same
 * everywhere.
 */

/** Whether 3/4/2026 is in April or in March. */
export type DateOrder = 'dmy' | 'mdy';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const time = String.raw`(?:(?:T|,? +)(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?(?: ?([AP])M)?(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?)?$`;
const pattern = (date: string): RegExp => new RegExp(`^${date}${time}`, 'i');
const yearFirst = pattern(String.raw`(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?`);
const yearLast = pattern(String.raw`(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)`);
const dayMonth = pattern(String.raw`(?:[a-z]{3,9},? )?(\d{1,2})[ -]([a-z]{3,9})\.?,?[ -](\d{4}|\d\d)`);
const monthDay = pattern(String.raw`(?:[a-z]{3,9},? )?([a-z]{3,9})\.? (\d{1,2}),? (\d{4})`);

/** The longest text that may be a date. */
const longest = 48;

/** A text's meanings with the day first and with the month first, or NaN for an invalid date. */
export interface Dated {
  readonly dmy: number;
  readonly mdy: number;
}

/** Parses a date as seconds, or returns undefined. */
export function dateOf(text: string): Dated | undefined {
  if (text.length > longest) return undefined;
  let found = yearFirst.exec(text);
  if (found) {
    const [, year, , month, day = '1', ...clock] = found;
    // A year and month have a hyphen; 2026.5 and 2026/5 are not dates.
    if (found[4] === undefined && (found[2] !== '-' || month.length < 2 || clock[0] !== undefined)) return undefined;
    return certain(seconds(+year, +month, +day, clock));
  }
  found = yearLast.exec(text);
  if (found) {
    const [, first, sign, second, year, ...clock] = found;
    const dmy = seconds(fullYear(year), +second, +first, clock);
    // With points, the month never comes first.
    const mdy = sign === '.' ? dmy : seconds(fullYear(year), +first, +second, clock);
    return Number.isNaN(dmy) && Number.isNaN(mdy) ? undefined : { dmy, mdy };
  }
  found = dayMonth.exec(text);
  if (found) return certain(seconds(fullYear(found[3]), monthOf(found[2]), +found[1], found.slice(4)));
  found = monthDay.exec(text);
  return found ? certain(seconds(+found[3], monthOf(found[1]), +found[2], found.slice(4))) : undefined;
}

const certain = (value: number): Dated | undefined => (Number.isNaN(value) ? undefined : { dmy: value, mdy: value });

/** Completes a year of two digits by the rule of POSIX: 69 to 99 belong to the last century. */
const fullYear = (year: string): number => (year.length > 2 ? +year : +year + (+year < 69 ? 2000 : 1900));

/** Returns the number of a month from its English name or the beginning of it, or 0. */
const monthOf = (name: string): number => {
  const month = months.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  return month && (name.length === 3 || fullNames[month - 1].startsWith(name.toLowerCase())) ? month : 0;
};
const fullNames = 'january february march april may june july august september october november december'.split(' ');

function seconds(year: number, month: number, day: number, clock: (string | undefined)[]): number {
  const [hour = '0', minute = '0', second = '0', fraction, half, zone] = clock;
  let hours = +hour;
  if (half) {
    if (hours < 1 || hours > 12) return NaN;
    hours = (hours % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  return (
    dayOf(year, month, day) * 86400 +
    clockOf(hours, +minute, +second) +
    (fraction ? Number(`0.${fraction}`) : 0) -
    (zone ? offsetOf(zone) : 0)
  );
}

/** Returns the days since 1970-01-01, or NaN for a day that the month does not have. */
function dayOf(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > 31) return NaN;
  if (day > 28 && day > daysIn(year, month)) return NaN;
  // Hinnant's days_from_civil: years begin in March, so that a leap day is the last of its year.
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

const daysIn = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

/** Returns the seconds since midnight, or NaN. Second 60 is valid, as a leap second. */
const clockOf = (hour: number, minute: number, second: number): number =>
  hour > 23 || minute > 59 || second > 60 ? NaN : hour * 3600 + minute * 60 + second;

function offsetOf(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  if (!sign) return 0;
  if (+hours > 23 || +minutes > 59) return NaN;
  return (sign === '-' ? -1 : 1) * (+hours * 3600 + +minutes * 60);
}

/**
 * Parses the most common dates from bytes: 2026-01-31, optionally followed by T12:34:56.789Z. Returns NaN for others.
 */
export function scanDate(bytes: Uint8Array, from: number, to: number): number {
  const length = to - from;
  if (length < 10 || bytes[from + 4] !== 0x2d || bytes[from + 7] !== 0x2d) return NaN;
  const date = dayOf(
    100 * twoDigits(bytes, from) + twoDigits(bytes, from + 2),
    twoDigits(bytes, from + 5),
    twoDigits(bytes, from + 8),
  );
  if (length === 10) return date * 86400;
  const between = bytes[from + 10];
  if (length < 19 || (between !== 0x54 && between !== 0x20) || bytes[from + 13] !== 0x3a || bytes[from + 16] !== 0x3a)
    return NaN;
  const clock = clockOf(twoDigits(bytes, from + 11), twoDigits(bytes, from + 14), twoDigits(bytes, from + 17));
  let at = from + 19;
  let fraction = 0;
  if (at < to && bytes[at] === 0x2e) {
    const begin = ++at;
    while (at < to && bytes[at] >= 0x30 && bytes[at] <= 0x39) fraction = fraction * 10 + (bytes[at++] - 0x30);
    if (at === begin || at - begin > 12) return NaN;
    fraction /= 10 ** (at - begin);
  }
  if (at < to && bytes[at] === 0x5a) at++;
  return at === to ? date * 86400 + clock + fraction : NaN;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - 0x30;
  const ones = bytes[at + 1] - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : NaN;
}

/** Returns the date with day and month exchanged, at the same time of day. */
export function otherOrder(value: number): number {
  const days = Math.floor(value / 86400);
  const date = new Date(days * 86400e3);
  return dayOf(date.getUTCFullYear(), date.getUTCDate(), date.getUTCMonth() + 1) * 86400 + (value - days * 86400);
}

/** Formats seconds since 1970 as ISO 8601: 2026-01-31, with the time of day if it is not midnight. */
export function isoOf(value: number): string {
  const whole = Math.floor(value);
  // For present dates, a double does not hold more digits of the fraction.
  const fraction = (value - whole).toFixed(6);
  const text = new Date((whole + (fraction.startsWith('1') ? 1 : 0)) * 1000).toISOString();
  const part = fraction.slice(1).replace(/\.?0+$/, '');
  if (!part && whole % 86400 === 0) return text.slice(0, text.indexOf('T'));
  return `${text.slice(0, -5)}${part}Z`;
}
