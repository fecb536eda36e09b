/**
 * The safetensors format: the length of a JSON header (u64, little-endian), the header, the numbers.
 *
 *   { "__metadata__": { "any": "text" }, "encoder.0.weight": { "dtype": "F32", "shape": [32, 784], "data_offsets": [0, 100352] } }
 *
 * Offsets count from the header's end. F32 is written. F32, F16, BF16 and F64 are read as float32, and tensors of other
 * types are returned as bytes with their type. All hosts of WebGPU are little-endian, so a Float32Array already has the
 * byte order of the file.
 *
 * Reading is strict, as in the format's own implementation: names are unique, and the tensors must cover the data
 * without a gap and without an overlap, so that every byte of a file is checked.
 */
import { FormatError, OptionError, ShapeError } from '../errors.ts';
import { allocate, isBytes, isFloats, isPage } from '../platform.ts';
import { readFloats, sizeOf } from './dtypes.ts';
import { parseJson } from './json.ts';

/** A tensor of a safetensors file. */
export interface SafeTensor {
  /** The values in row-major order. */
  data: Float32Array;
  /** The shape. */
  shape: number[];
}

/** A tensor of whole numbers, or of another type that is not converted: its bytes as they are in the file. */
export interface OtherTensor {
  /** The type by its name in the file, such as `I64`. */
  dtype: string;
  /** The bytes as they are in the file. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The shape. */
  shape: number[];
}

/** The content of a safetensors file: tensors and metadata, by name. */
export interface SafeTensors {
  /** The tensors of floating-point numbers, by name. */
  tensors: Record<string, SafeTensor>;
  /** The metadata: texts by name. */
  metadata: Record<string, string>;
  /**
   * The tensors of other types, if there are any, such as the `num_batches_tracked` of a batch normalization, an I64.
   */
  others?: Record<string, OtherTensor>;
}

/** The position of a tensor: `begin` and `end` count from the first byte after the header. */
interface Span {
  name: string;
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

const METADATA = '__metadata__';
const PREFIX = 8; // bytes of the header's length
const LONGEST = 100_000_000; // bytes of a header, in the format's own implementation

/**
 * Writes tensors and metadata as the bytes of a safetensors file.
 * @param tensors the tensors by name
 * @param metadata texts by name
 * @example
 * ```ts
 * import { writeSafetensors } from 'latentgpu';
 *
 * const bytes = writeSafetensors({ codes: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] } }, { format: 'pt' });
 * ```
 * @throws OptionError, ShapeError
 */
export function writeSafetensors(
  tensors: Record<string, { data: Float32Array; shape: number[] }>,
  metadata?: Record<string, string>,
): Uint8Array<ArrayBuffer> {
  if (!isRecord(tensors) || !(metadata === undefined || isTexts(metadata)))
    throw new OptionError('writeSafetensors: takes tensors by their names, and metadata that map names to text');
  const header: [string, unknown][] = metadata ? [[METADATA, metadata]] : [];
  let end = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const { data, shape } = (tensor ?? {}) as Partial<SafeTensor>;
    if (!isCounts(shape) || !isFloats(data))
      throw new ShapeError(`safetensors: ${name} is not a tensor: { data: Float32Array, shape }`);
    if (name === METADATA)
      throw new FormatError(`safetensors: no tensor can be called ${METADATA}, a name that the format reserves`);
    const elements = elementCount(shape);
    if (elements !== data.length) {
      throw new ShapeError(`safetensors: ${name} has the shape [${shape.join(', ')}], but ${data.length} numbers`);
    }
    const begin = end;
    end += data.byteLength;
    header.push([name, { dtype: 'F32', shape, data_offsets: [begin, end] }]);
  }

  // Object.fromEntries and not assignment: a tensor may be called __proto__.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const dataStart = Math.ceil((PREFIX + json.length) / 8) * 8;
  const bytes = allocate('writeSafetensors', Uint8Array, dataStart + end, 'write the tensors into several files');
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - PREFIX), true);
  bytes.fill(0x20, PREFIX, dataStart); // the format pads with spaces, which JSON ignores
  bytes.set(json, PREFIX);
  let at = dataStart;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads all tensors of a safetensors file.
 * @param bytes the whole file
 * @example
 * ```ts
 * import { readSafetensors } from 'latentgpu';
 *
 * const response = await fetch('from-torch.safetensors');
 * const { tensors } = readSafetensors(new Uint8Array(await response.arrayBuffer())); // for model.setWeights(tensors)
 * ```
 * @throws FormatError with the offset in bytes; OutOfMemoryError where a tensor does not fit into one array as float32
 */
export function readSafetensors(bytes: Uint8Array): SafeTensors {
  if (!isBytes(bytes)) throw new OptionError('readSafetensors: takes the bytes of a file, as a Uint8Array');
  const { header, dataStart } = readHeader(bytes);
  const { [METADATA]: metadata = {}, ...entries } = header;
  if (!isTexts(metadata)) {
    throw malformed(PREFIX, `${METADATA} must map names to text`);
  }
  const spans = Object.entries(entries).map(([name, entry]) => readSpan(name, entry));
  checkCover(spans, bytes.length - dataStart, dataStart);

  const tensors: [string, SafeTensor][] = [];
  const others: [string, OtherTensor][] = [];
  for (const { name, dtype, shape, begin, end } of spans) {
    const own = bytes.subarray(dataStart + begin, dataStart + end);
    const data = readFloats(`safetensors: ${name}`, dtype, own);
    if (data) tensors.push([name, { data, shape }]);
    // Not by `slice`, which returns a view for Node's Buffer, also a Uint8Array.
    else others.push([name, { dtype, bytes: new Uint8Array(own), shape }]);
  }
  // Object.fromEntries and not assignment: a tensor may be called __proto__.
  return {
    tensors: Object.fromEntries(tensors),
    metadata,
    ...(others.length && { others: Object.fromEntries(others) }),
  };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (isPage(bytes)) throw malformed(0, 'this is an HTML page, not a safetensors file');
  if (bytes.length < PREFIX)
    throw malformed(bytes.length, `the file ends here; its first ${PREFIX} bytes are the header's length`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const dataStart = PREFIX + length;
  if (length > LONGEST) throw malformed(0, `a header of ${length} bytes is announced; ${LONGEST} are allowed`);
  if (dataStart > bytes.length) {
    throw malformed(0, `a header of ${length} bytes is announced, but only ${bytes.length - PREFIX} follow`);
  }
  // Neither spaces nor a byte order mark may come first.
  if (bytes[PREFIX] !== 0x7b) throw malformed(PREFIX, 'the header is not a JSON object: it should begin with {');
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(PREFIX, dataStart));
    return { header: parseJson(json) as Record<string, unknown>, dataStart };
  } catch (cause) {
    throw malformed(PREFIX, `the header is not JSON that the format allows: ${(cause as Error).message}`, cause);
  }
}

function readSpan(name: string, entry: unknown): Span {
  const fail = (problem: string): FormatError => malformed(PREFIX, `the header's entry for ${name} ${problem}`);
  if (!isRecord(entry)) throw fail('is not an object');
  const { dtype, shape, data_offsets: offsets } = entry;
  // Types added to the format later are left to the caller; the names of all types are in capital letters.
  if (typeof dtype !== 'string' || !/^[A-Z][A-Z\d_]*$/.test(dtype))
    throw fail(`has the dtype ${JSON.stringify(dtype)}; types are called "F32", "F16", "I64" and the like`);
  if (!isCounts(shape)) throw fail(`has the shape ${JSON.stringify(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) throw fail(`has the data_offsets ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets as [number, number];
  const width = sizeOf(dtype);
  const size = elementCount(shape) * (width ?? 0);
  if (width ? end - begin !== size : end < begin) {
    throw fail(`has the shape [${shape.join(', ')}], that is ${size} bytes, but data_offsets over ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

/** Checks that every byte of the data belongs to exactly one tensor. */
function checkCover(spans: Span[], dataLength: number, dataStart: number): void {
  let end = 0;
  let before = 'the header';
  for (const span of [...spans].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (span.begin > end)
      throw malformed(
        dataStart + end,
        `${span.begin - end} bytes between ${before} and ${span.name} belong to no tensor`,
      );
    if (span.begin < end)
      throw malformed(dataStart + span.begin, `${span.name} overlaps ${before} by ${end - span.begin} bytes`);
    end = span.end;
    before = span.name;
  }
  if (end > dataLength)
    throw malformed(
      dataStart + dataLength,
      `the file ends here, ${end - dataLength} bytes before the end of ${before}`,
    );
  if (end < dataLength) throw malformed(dataStart + end, `${dataLength - end} bytes follow that belong to no tensor`);
}

function malformed(offset: number, problem: string, cause?: unknown): FormatError {
  // Names and shapes may be as long as the file, so the message is cut.
  return new FormatError(`safetensors, byte ${offset}: ${problem.slice(0, 400)}`, { cause });
}

function elementCount(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isCounts(value: unknown): value is number[] {
  // 1 / n also excludes -0, for which it is negative.
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && 1 / n > 0);
}
