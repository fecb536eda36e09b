import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCsv, type CsvData, type CsvOptions } from '../../../src/data/csv.ts';
import { gunzip } from '../../../src/data/gunzip.ts';
import { readIdx, type IdxData } from '../../../src/data/idx.ts';
import { readTableIn } from '../../../src/data/table/reading.ts';
import type { TableOptions } from '../../../src/data/table/options.ts';
import type { Table as AnyTable } from '../../../src/data/table/table.ts';
import { DataError, FormatError, OptionError } from '../../../src/errors.ts';
import { readSafetensors, writeSafetensors, type SafeTensors } from '../../../src/files/safetensors.ts';
import { Allocations } from '../../support/allocations.ts';
import { damagedBytes, damagedJson, damagedText } from '../../support/damage.ts';
import { withstand, words } from '../../support/hostile.ts';
import { Draw } from '../../support/random.ts';
import { times, tried } from '../../support/thorough.ts';

const hour = 3_600_000;
const million = times(2_000, 1_000_000);

/** Array buffers only: see there what that leaves out. */
let allocations: Allocations;
beforeAll(() => (allocations = new Allocations()));
afterAll(() => allocations.restore());

/** Reads, and counts what for. */
function counted<File, Result>(read: (file: File) => Result): (file: File) => Result {
  return (file) => {
    allocations.reset();
    return read(file);
  };
}

function atMost(bytes: number, used = allocations.bytes): void {
  if (used > bytes) throw new Error(`${used} bytes allocated, ${bytes} are allowed`);
}

/** What comes out of a gzipped file, up to its end or the first error. */
async function unpacked(file: Uint8Array): Promise<Uint8Array> {
  const files = [file];
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of gunzip('file', () => Promise.resolve(files.pop()))) pieces.push(piece);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return Buffer.concat(pieces);
}

/** The size of a piece of what comes out, and what the inflater needs for itself. */
const piece = 2 ** 16;
const inflater = 2 ** 18;

const product = (shape: readonly number[]): number => shape.reduce((all, side) => all * side, 1);

it('safetensors', { timeout: hour }, async ({ task }) => {
  const verdict = await withstand({
    count: million,
    file: (draw) =>
      draw.whole(0, 1)
        ? damagedBytes(draw.pick(safetensors), draw, safetensors)
        : otherHeader(draw.pick(safetensors), draw),
    read: counted(readSafetensors),
    after: (file) => atMost(2 * file.length),
    check: consistent,
  });
  expect(verdict.results).toBeGreaterThan(0);
  tried(task, 'safetensors, damaged bytes and headers', million, words(verdict));
});

const floats = (...shape: number[]) => ({ data: new Draw(product(shape)).floats(product(shape)), shape });
const file = (header: string, data: Uint8Array): Uint8Array => {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
};

const safetensors: Uint8Array[] = [
  writeSafetensors({}),
  writeSafetensors({}, { format: 'pt' }),
  writeSafetensors({ scalar: floats() }),
  writeSafetensors({ empty: floats(0, 5), row: floats(1, 7), also: floats(0) }),
  writeSafetensors(
    { 'encoder.0.weight': floats(3, 4), 'encoder.0.bias': floats(3), 'größe "𝛼"': floats(2, 1, 2) },
    { note: 'a\nb{"', empty: '' },
  ),
  writeSafetensors({ ['__proto__']: floats(2), constructor: floats(1), toString: floats(3) }, { ['__proto__']: 'x' }),
  writeSafetensors({ large: floats(20, 20) }),
  file(
    '{"half":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"count":{"dtype":"I64","shape":[],"data_offsets":[4,12]},"wide":{"dtype":"F64","shape":[1],"data_offsets":[12,20]},"brain":{"dtype":"BF16","shape":[1,2],"data_offsets":[20,24]},"flag":{"dtype":"BOOL","shape":[4],"data_offsets":[24,28]}}',
    new Uint8Array(28).fill(3),
  ),
  file(
    '{ "b": {"dtype":"F32","shape":[1],"data_offsets":[4,8],"more":[null,{}]},\n"a":{"shape":[ 1 ],"data_offsets":[0,4],"dtype":"F32"} } ',
    new Uint8Array(8),
  ),
];

const headerOf = (bytes: Uint8Array): { json: string; data: Uint8Array } => {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return { json: new TextDecoder().decode(bytes.subarray(8, end)), data: bytes.subarray(end) };
};

function otherHeader(bytes: Uint8Array, draw: Draw): Uint8Array {
  const { json, data } = headerOf(bytes);
  return file(damagedJson(json, draw), data);
}

/** Reads the header once more, by itself: every byte of the data is in one tensor, and that has it. */
function consistent({ tensors, metadata, others = {} }: SafeTensors, bytes: Uint8Array): void {
  const { json, data } = headerOf(bytes);
  type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };
  const header = new Map(Object.entries(JSON.parse(json) as Record<string, Entry>));
  if (JSON.stringify(metadata) !== JSON.stringify(header.get('__metadata__') ?? {})) throw new Error('other metadata');
  header.delete('__metadata__');
  for (const object of [tensors, others])
    if (Object.getPrototypeOf(object) !== Object.prototype) throw new Error('no plain objects');
  if (Object.keys(tensors).length + Object.keys(others).length !== header.size) throw new Error('other tensors');
  const covered = new Uint8Array(data.length);
  for (const [name, entry] of header) {
    const [begin, end] = entry.data_offsets;
    const floats = /^(F64|F32|B?F16)$/.test(entry.dtype);
    const found = Object.getOwnPropertyDescriptor(floats ? tensors : others, name)?.value as Partial<Entry> &
      Partial<Record<'data', Float32Array> & Record<'bytes', Uint8Array>>;
    if (String(found.shape) !== String(entry.shape) || end > data.length)
      throw new Error(`${name} is not what the header says`);
    if (floats && (!(found.data instanceof Float32Array) || found.data.length !== product(entry.shape)))
      throw new Error(`${name} is not as large as its shape`);
    if (!floats && (found.dtype !== entry.dtype || found.bytes!.length !== end - begin))
      throw new Error(`${name} is not as large as its bytes`);
    const own = entry.dtype === 'F32' ? new Uint8Array(found.data!.buffer) : (found.bytes ?? new Uint8Array(0));
    if (own.some((byte, i) => byte !== data[begin + i])) throw new Error(`${name} has other bytes than the file`);
    if (covered.subarray(begin, end).some(Boolean)) throw new Error(`${name} overlaps another`);
    covered.fill(1, begin, end);
  }
  if (!covered.every(Boolean)) throw new Error('bytes that belong to no tensor');
}

const idx = (shape: number[], type = 8): Uint8Array => {
  const bytes = new Uint8Array(4 + 4 * shape.length + product(shape) * (type === 8 ? 1 : 4));
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((side, i) => new DataView(bytes.buffer).setUint32(4 + 4 * i, side));
  for (let i = 4 + 4 * shape.length; i < bytes.length; i++) bytes[i] = (7 * i) % 256;
  return bytes;
};

/** The one of floats is valid, but not read; what is cut out of it goes into others. */
const idxFiles: Uint8Array[] = [
  idx([2, 1, 3]),
  idx([10]),
  idx([0, 28, 28]),
  idx([1, 1, 1, 1]),
  idx([1, 28, 28]),
  idx([1]),
  idx(Array<number>(255).fill(1)),
  idx([2, 3], 0xd),
];

it('IDX', { timeout: hour }, async ({ task }) => {
  const verdict = await withstand<Uint8Array, IdxData>({
    count: million,
    file: (draw) => damagedBytes(draw.pick(idxFiles), draw, idxFiles),
    read: counted(readIdx),
    // A result is a view of the file. One that by chance begins as gzip does has nothing in it that could be inflated.
    after: (file) => atMost(2 * file.length),
    check: asInFile,
  });
  expect(verdict.results).toBeGreaterThan(0);
  tried(task, 'IDX, damaged bytes', million, words(verdict));
});

function asInFile({ data, shape }: IdxData, bytes: Uint8Array): void {
  const header = idx(shape).subarray(0, 4 + 4 * shape.length);
  if (!(data instanceof Uint8Array) || data.length !== product(shape)) throw new Error('not as large as its shape');
  if (Buffer.compare(Buffer.concat([header, data]), bytes)) throw new Error('not what is in the file');
}

it('IDX, gzipped', { timeout: hour }, async ({ task }) => {
  const count = times(400, 100_000);
  const plain = [...idxFiles, idx([60, 28, 28]).fill(0, 16)];
  const gzipped = plain.map((file) => new Uint8Array(gzipSync(file)));
  const verdict = await withstand<Uint8Array, IdxData>({
    count,
    file: (draw) =>
      draw.whole(0, 1)
        ? damagedBytes(draw.pick(gzipped), draw, gzipped)
        : new Uint8Array(gzipSync(damagedBytes(draw.pick(plain), draw, plain))),
    read: counted(readIdx),
    after: async (file) => {
      const used = allocations.bytes;
      // All that the header promises, and once more what came until it was complete.
      atMost(inflater + 2 * Math.max(file.length, piece + promise(file, await unpacked(file))), used);
    },
    check: (result, file) => asInFile(result, file[0] === 0x1f ? gunzipSync(file) : file),
  });
  expect(verdict.results).toBeGreaterThan(0);
  tried(task, 'gzipped IDX, damaged before and after', count, words(verdict));

  /** What the header in `bytes` promises, if a file of that length can keep it. */
  function promise(file: Uint8Array, bytes: Uint8Array): number {
    const [zero, zeroToo, type, sides] = bytes;
    const header = 4 + 4 * sides;
    if (zero || zeroToo || type !== 8 || !sides || bytes.length < header) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const size = product(Array.from({ length: sides }, (_, i) => view.getUint32(4 + 4 * i)));
    return header + size <= 1032 * file.length ? header + size : 0;
  }
});

const tables: string[] = [
  'a,b\n1,2.5\n-3e-2,+.5\n',
  '1,2\r\n3,4',
  '\ufeffname;"size; in ""mm"""\r\n\r\n"1";2\r\n',
  'sep=;\n1,5;2,5;\n3;4,5;\n',
  'id,x,\n16777216, "1"\n16777218,2\n',
  '1\t2\t3\n3\t4\t5\n',
  'length,species,width\n1,setosa,2\n3,virginica,4\n5,setosa,6\n',
  '"a\nb",c\n 1 , 2 ',
  '5\n6\n7',
  '1',
  `${Array.from({ length: 30 }, (_, i) => i).join(',')}\n`.repeat(4),
];

const csvOptions: CsvOptions[] = [
  {},
  {},
  { header: true },
  { header: false },
  { label: 1 },
  { label: 'species' },
  { delimiter: ';' },
  { decimal: ',' },
  { columns: [1] },
  { columns: ['x', 'b'] },
  { label: 'species', classes: ['setosa', 'virginica'] },
];

it('CSV', { timeout: hour }, async ({ task }) => {
  const verdict = await withstand<Table, CsvData>({
    count: million,
    file: (draw) => ({ text: damagedText(draw.pick(tables), draw, tables), options: draw.pick(csvOptions) }),
    read: counted(({ text, options }: Table) => readCsv(text, options)),
    // A text takes two bytes a character. A value takes four, and has at least its delimiter there.
    after: ({ text }) => atMost(2 * 2 * (text.length + 1)),
    check: (result, { options }) => againAsText(result, options),
    // As readCsv says: a value that is none of the finite numbers, a table without rows, and a label that the file does not have.
    allowed: (error) =>
      error instanceof FormatError ||
      (error instanceof DataError &&
        /is not finite|is more than float32 holds|there are no (rows|columns)/.test(error.message)) ||
      (error instanceof OptionError && /there is no column|two columns are called/.test(error.message)),
  });
  expect(verdict.results).toBeGreaterThan(0);
  const { results, refused } = verdict;
  tried(
    task,
    'CSV, damaged texts',
    million,
    `${results.toLocaleString('en')} read, ${refused.toLocaleString('en')} refused with a FormatError, or a DataError for a value beyond float32 or a table without rows`,
  );
});

interface Table {
  text: string;
  options: CsvOptions;
}

/** A table is what it is when it is written down and read once more. */
function againAsText({ data, shape, columns, labels, classes }: CsvData, { label, classes: given }: CsvOptions): void {
  const [rows, width] = shape;
  if (data.length !== rows * width || columns.length !== width || !data.every(Number.isFinite))
    throw new Error('no table');
  if (labels?.length !== (label === undefined ? undefined : rows)) throw new Error('not a label for each row');
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = [['the label', ...columns].map(quoted).join(',')];
  for (let row = 0; row < rows; row++)
    lines.push(
      [quoted(labels ? classes![labels[row]] : ''), ...data.subarray(row * width, (row + 1) * width)].join(','),
    );
  const again = readCsv(lines.join('\n'), { header: true, label: 0, classes: given });
  if (String(again.data) !== String(data) || again.columns.join('\n') !== columns.join('\n'))
    throw new Error('another table when it is written down and read again');
  if (labels && (String(again.labels) !== String(labels) || again.classes!.join('\n') !== classes!.join('\n')))
    throw new Error('other labels when they are written down and read again');
}

const mixedTables: string[] = [
  ...tables,
  'name;mass;seen\nAda;3,7;31.01.2026\nBob;;NA\n"C; y";4,2;01.02.2026\n',
  'id|when|what|\n1|2026-01-01T10:00:00Z|"a\nb"|\n2|2026-01-02|?|\n',
  'a,b\n"1,234.5",x\n"2,000",y\n',
  '[{"a":1,"b":"x"},{"a":null,"c":true}]',
  '{"a":1.5}\n{"a":2}\n',
  `zip,größe\n${'01234,Ö\n'.repeat(20)}`,
];

const tableOptions: TableOptions[] = [
  {},
  {},
  { header: true },
  { header: false },
  { label: 1 },
  { label: 'species', classes: ['setosa', 'virginica'] },
  { decimal: ',' },
  { columns: ['x', 'b'] },
  { columns: { a: 'category', seen: 'time' } },
  { missing: ['x'], maxRows: 2 },
];

interface TableFile {
  bytes: Uint8Array;
  options: TableOptions;
}

it('tables', { timeout: hour }, async ({ task }) => {
  const count = times(1000, 300_000);
  const bytesOf = (text: string, draw: Draw) =>
    Buffer.from(text, draw.pick(['utf8', 'utf8', 'utf16le', 'latin1'] as const));
  const verdict = await withstand<TableFile, AnyTable>({
    count,
    file: (draw) => {
      const damaged = damagedText(draw.pick(mixedTables), draw, mixedTables);
      const plain = bytesOf(damaged, draw);
      const packed = draw.whole(0, 5) === 0 ? gzipSync(plain) : plain;
      const bytes = draw.whole(0, 3) === 0 ? damagedBytes(packed, draw, [packed, plain]) : packed;
      return { bytes: new Uint8Array(bytes), options: draw.pick(tableOptions) };
    },
    read: counted(({ bytes, options }: TableFile) => readTableIn(bytes, options)),
    // Each column begins with room for some rows and some texts, and each byte may be a column.
    after: async ({ bytes }) => {
      const used = allocations.bytes;
      const { length } = bytes[0] === 0x1f ? await unpacked(bytes) : bytes;
      atMost(2 ** 17 + inflater + 2 ** 11 * Math.max(bytes.length, length), used);
    },
    check: (table) => tableAgain(table),
    allowed: (error) =>
      error instanceof FormatError ||
      (error instanceof DataError &&
        /is not finite|there are no (rows|columns)|is blank in all rows/.test(error.message)) ||
      (error instanceof OptionError &&
        /there is no column|two columns are called|does not exist: lines end/.test(error.message)),
  });
  expect(verdict.results).toBeGreaterThan(0);
  tried(
    task,
    'tables of texts, dates and numbers, damaged, in several encodings, gzipped or not',
    count,
    words(verdict),
  );
});

/** A table is what it is when it is written down and read once more. */
async function tableAgain(table: AnyTable): Promise<void> {
  const columns = Object.fromEntries(table.columns.map(({ name, kind }) => [name, kind]));
  const text = table.toCsv();
  const label = table.storage.label?.name;
  const { dialect } = table;
  const again = await readTableIn(text, {
    columns,
    label,
    classes: label ? table.classes : undefined,
    header: true,
    delimiter: ',',
    decimal: '.',
    missing: [...dialect.missing],
  });
  const rowsOf = (read: AnyTable) => JSON.stringify(Array.from({ length: read.length }, (_, i) => read.row(i)));
  if (rowsOf(again) !== rowsOf(table)) throw new Error(`another table when it is written down and read again: ${text}`);
}
