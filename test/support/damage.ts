/** Files that were valid, damaged: the same damage for the same draw. */
import type { Draw } from './random.ts';

/** What a number in a text is replaced by. */
const numbers = [
  '0',
  '-0',
  '1',
  '-1',
  '0.5',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740992',
  '9007199254740993',
  '1e400',
  '-1e400',
  '1e-400',
  '1e3',
  '4.0',
  'NaN',
  'Infinity',
  '-inf',
  '0x10',
  '1_000',
];

const words = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 255, 256, 8, 2055];

type Damage<T> = (file: T, draw: Draw, others: readonly T[]) => T;

/** One to three damages of a list, one on top of the other. */
function several<T>(damages: readonly Damage<T>[]): Damage<T> {
  return (file, draw, others) => {
    let damaged = file;
    for (let left = draw.whole(1, 3); left; left--) damaged = draw.pick(damages)(damaged, draw, others);
    return damaged;
  };
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Two places in something of so many parts, the first one first. */
function places(length: number, draw: Draw): [number, number] {
  const [a, b] = [draw.whole(0, length), draw.whole(0, length)];
  return a < b ? [a, b] : [b, a];
}

/** A copy with something written into it. */
function changed(
  file: Uint8Array,
  room: number,
  draw: Draw,
  write: (copy: Uint8Array, at: number) => void,
): Uint8Array {
  if (file.length < room) return file;
  const copy = Uint8Array.from(file);
  // Headers decide most, and are short.
  write(copy, draw.whole(0, Math.min(file.length - room, draw.pick([16, 128, Infinity]))));
  return copy;
}

const byteDamages: readonly Damage<Uint8Array>[] = [
  (file, draw) => changed(file, 1, draw, (copy, at) => (copy[at] ^= 1 << draw.whole(0, 7))),
  (file, draw) =>
    changed(file, 1, draw, (copy, at) => (copy[at] = draw.pick([0, 255, 0x7f, 0x80, draw.whole(0, 255)]))),
  (file, draw) =>
    changed(file, 4, draw, (copy, at) =>
      new DataView(copy.buffer).setUint32(at, draw.pick(words), draw.whole(0, 1) === 1),
    ),
  (file, draw) =>
    changed(file, 8, draw, (copy, at) =>
      new DataView(copy.buffer).setBigUint64(
        at,
        draw.pick([2n ** 64n - 1n, 2n ** 63n, 2n ** 53n, 100_000_001n, 0n]),
        true,
      ),
    ),
  (file, draw) => file.subarray(0, draw.whole(0, file.length)),
  (file, draw) => file.subarray(draw.whole(0, Math.min(file.length, 16))),
  (file, draw) => joined(file, new Uint8Array(draw.whole(1, 64)).fill(draw.pick([0, 255, 0x20, 0x7b]))),
  (file, draw) => {
    const [from, to] = places(file.length, draw);
    return joined(file.subarray(0, to), file.subarray(from));
  },
  (file, draw) => {
    const [from, to] = places(file.length, draw);
    return joined(file.subarray(0, from), file.subarray(to));
  },
  (file, draw) => {
    const [[a, b], c] = [places(file.length, draw), file.length];
    return joined(file.subarray(0, a), file.subarray(b, c), file.subarray(a, b));
  },
  (file, draw, others) => {
    const other = draw.pick(others);
    return joined(file.subarray(0, draw.whole(0, file.length)), other.subarray(draw.whole(0, other.length)));
  },
  // A number that is written as text: a run of digits.
  (file, draw) => {
    const digit = (at: number) => file[at] >= 0x30 && file[at] <= 0x39;
    const begins = Array.from(file.keys()).filter((at) => digit(at) && !digit(at - 1));
    if (!begins.length) return file;
    const begin = draw.pick(begins);
    let end = begin;
    while (digit(end)) end++;
    return joined(file.subarray(0, begin), encoder.encode(draw.pick(numbers)), file.subarray(end));
  },
];

/** Bits flipped, bytes and words overwritten, pieces cut off, repeated, left out and moved, two files in one, other numbers. */
export const damagedBytes = several(byteDamages);

function otherNumber(text: string, draw: Draw): string {
  const found = [...text.matchAll(/\d[\d.e+-]*/g)];
  if (!found.length) return text;
  const { 0: number, index } = draw.pick(found);
  return text.slice(0, index) + draw.pick(numbers) + text.slice(index + number.length);
}

const pieces = [
  '"',
  '""',
  '"""',
  ',',
  ';',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\n\n',
  '\ufeff',
  ' ',
  '\0',
  '“',
  ',,',
  '"a,\n"',
  ...numbers,
];

const textDamages: readonly Damage<string>[] = [
  otherNumber,
  (text, draw) => {
    const [from, to] = draw.pick([places(text.length, draw), Array<number>(2).fill(draw.whole(0, text.length))]);
    return text.slice(0, from) + draw.pick(pieces) + text.slice(to);
  },
  // An empty field, or a huge one.
  (text, draw) => {
    const fields = text.split(/([,;\t\r\n]+)/);
    fields[2 * draw.whole(0, (fields.length - 1) / 2)] = draw.pick([
      '',
      '',
      '7'.repeat(5000),
      `"${'x,'.repeat(2000)}"`,
      '"',
      '""',
      '"1"',
      'NaN',
      '1e39',
    ]);
    return fields.join('');
  },
  (text, draw) => text.replaceAll(draw.pick([',', '\n', '"', ';']), draw.pick([';', '\t', '\r\n', '\r', '', ',', '"'])),
  (text, draw, others) =>
    decoder.decode(draw.pick(byteDamages)(encoder.encode(text), draw, [encoder.encode(draw.pick(others))])),
];

/** The same of texts, and what a table of numbers may suffer: quotes, line ends, delimiters, byte order marks, empty and huge fields. */
export const damagedText = several(textDamages);

/** JSON as it may be written down: with equal names, and with numbers that JavaScript has no other way to spell. */
type Json = { entries: [string, Json][] } | { items: Json[] } | { text: string };

function parsed(value: unknown): Json {
  if (Array.isArray(value)) return { items: value.map(parsed) };
  if (typeof value !== 'object' || value === null) return { text: JSON.stringify(value) };
  return { entries: Object.entries(value).map(([name, each]) => [name, parsed(each)]) };
}

function printed(json: Json): string {
  if ('text' in json) return json.text;
  if ('items' in json) return `[${json.items.map(printed).join(',')}]`;
  return `{${json.entries.map(([name, each]) => `${JSON.stringify(name)}:${printed(each)}`).join(',')}}`;
}

function all(json: Json): Json[] {
  const inner = 'text' in json ? [] : 'items' in json ? json.items : json.entries.map(([, each]) => each);
  return [json, ...inner.flatMap(all)];
}

const texts = [
  'null',
  'true',
  '""',
  '"F32"',
  '"F16"',
  '"relu"',
  '"toString"',
  '"constructor"',
  '"x\\u0000"',
  '[]',
  '{}',
  '[1,2]',
  '[0]',
  '[[[[[[[[]]]]]]]]',
  '[4294967295,4294967295]',
  ...numbers,
];
const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__metadata__',
  '',
  'x',
  'shape',
  'name',
  'length',
  'a\u0000b',
  'x'.repeat(300),
];

/** Another name, a value of another kind, something left out or there twice, anywhere in a JSON text. */
export function damagedJson(text: string, draw: Draw): string {
  const root = parsed(JSON.parse(text));
  for (let left = draw.whole(1, 2); left; left--) {
    const nodes = all(root);
    const other: Json = draw.whole(0, 3)
      ? { text: draw.pick(draw.whole(0, 1) ? texts : numbers) }
      : draw.pick(nodes.slice(1).concat({ text: '1' }));
    const holders = nodes.filter(
      (node) => ('items' in node && node.items.length) || ('entries' in node && node.entries.length),
    );
    if (!holders.length) return printed(other);
    const node = draw.pick(holders);
    // A copy, as the tree would else get into itself.
    const value = structuredClone(other);
    if ('items' in node) {
      const at = draw.whole(0, node.items.length - 1);
      draw.pick([
        () => (node.items[at] = value),
        () => node.items.splice(at, 1),
        () => node.items.push(value),
        () => node.items.reverse(),
      ])();
    } else if ('entries' in node) {
      const at = draw.whole(0, node.entries.length - 1);
      const change = draw.pick<() => unknown>([
        () => (node.entries[at][1] = value),
        () => (node.entries[at][1] = value),
        () => node.entries.splice(at, 1),
        () => (node.entries[at][0] = draw.pick([...names, ...node.entries.map(([name]) => name)])),
        () => node.entries.push([draw.pick([...names, ...node.entries.map(([name]) => name)]), value]),
      ]);
      change();
    }
  }
  return printed(root);
}
