import { parseArgs } from 'node:util';
import { Failure } from './failure.mjs';

/**
 * An option of a command. `value` is the name of its value in the help; an option without it is a switch. `least` makes
 * it a whole number. `names` are the values it can have; `several`: it may be given several times, and is a list.
 * @typedef {{ value?: string, least?: number, most?: number, names?: string[], several?: boolean, default?: string | number, about: string }} Option
 */

/**
 * The type of a single value of an option.
 * @template {Option} O
 * @typedef {O extends { least: number } ? number : O extends { names: (infer Name extends string)[] } ? Name : string} Single
 */

/**
 * The type of an option as it is read: a list, a switch, or a value, which is undefined where it is not given and has no
 * default.
 * @template {Option} O
 * @typedef {O extends { several: true } ? Single<O>[]
 *   : O extends { value: string } ? Single<O> | (O extends { default: string | number } ? never : undefined)
 *   : boolean} Read
 */

/**
 * Returns the table of a command's options as it is. TypeScript infers from it the types of the options that are read.
 * @template {Record<string, Option>} Table
 * @param {Table} table
 */
export const optionTable = (table) => table;

/**
 * Reads the options of a command, or throws a Failure of one line.
 * @template {Record<string, Option>} Table
 * @param {string[]} args
 * @param {Table} table
 * @param {string} command as in `npm start`
 * @param {string} [bare] the option that takes a word without an option
 * @returns {{ [Name in keyof Table]: Read<Table[Name]> }}
 */
export function readArguments(args, table, command, bare) {
  return /** @type {{ [Name in keyof Table]: Read<Table[Name]> }} */ (readAll(args, table, command, bare));
}

/**
 * @param {string[]} args
 * @param {Record<string, Option>} table
 * @param {string} command
 * @param {string} [bare]
 */
function readAll(args, table, command, bare) {
  /** @type {NonNullable<import('node:util').ParseArgsConfig['options']>} */
  const options = {};
  /** @type {Record<string, string | number | boolean | string[] | undefined>} */
  const given = {};
  for (const [name, option] of Object.entries(table)) {
    options[name] = { type: option.value ? 'string' : 'boolean' };
    given[name] = option.several ? [] : option.value ? option.default : false;
  }
  // Not strict, since the messages of `parseArgs` do not mention this command.
  const { tokens } = parseArgs({ args, strict: false, tokens: true, options });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional' && !bare)
      throw new Failure(`'${token.value}' is not an option; ${command} -- --help lists them`);
    const {
      name,
      rawName,
      value: word,
    } = token.kind === 'option' ? token : { name: `${bare}`, rawName: `--${bare}`, value: token.value };
    const known = table[name];
    if (!known) {
      const meant = Object.keys(table).find(
        (other) => name.length > 2 && (other.startsWith(name) || name.startsWith(other)),
      );
      throw new Failure(
        `there is no option ${rawName}${meant ? `; did you mean --${meant}?` : `; ${command} -- --help lists them`}`,
      );
    }
    const value = readValue(name, known, word);
    given[name] = known.several ? [.../** @type {string[]} */ (given[name]), `${value}`] : value;
  }
  return given;
}

/**
 * @param {string} name
 * @param {Option} option
 * @param {string | undefined} given
 */
function readValue(name, { value, names, least, most = Number.MAX_SAFE_INTEGER }, given) {
  if (!value) {
    if (given !== undefined) throw new Failure(`--${name} takes no value, not '${given}'`);
    return true;
  }
  if (!given || given.startsWith('--')) throw new Failure(`--${name} needs a value: --${name} <${value}>`);
  if (names && !names.includes(given))
    throw new Failure(`there is no ${name} '${given}'; choose one of ${names.join(', ')}`);
  return least === undefined ? given : readNumber(name, given, least, most);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {number} least
 * @param {number} most
 */
function readNumber(name, value, least, most) {
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new Failure(`--${name} must be a whole number ${range}, not '${value}'`);
}

/**
 * Returns the options and the other lists of a command's help, aligned in one column.
 * @param {Record<string, Option>} table
 * @param {string[][]} others names and what they are
 * @returns {{ options: string, others: string }}
 */
export function helpLists(table, others) {
  const lines = Object.entries(table).map(([name, { value, about }]) => [
    value ? `--${name} <${value}>` : `--${name}`,
    about,
  ]);
  const width = Math.max(...[...lines, ...others].map(([left = '']) => left.length)) + 2;
  const list = (/** @type {string[][]} */ rows) =>
    rows.map(([left = '', right]) => `  ${left.padEnd(width)}${right}`).join('\n');
  return { options: list(lines), others: list(others) };
}
