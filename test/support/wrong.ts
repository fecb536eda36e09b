/** Calls with one argument that is wrong, in whatever way: each has to end in one error of ours that names it, with nothing done. */
import fc from 'fast-check';
import type { TestContext } from 'vitest';
import { DataError, FormatError, LatentGpuError, OptionError, OutOfMemoryError, ShapeError } from '../../src/index.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { shown } from '../../src/runtime/options.ts';
import { anotherGpu } from './gpu.ts';
import { thorough, times, tried } from './thorough.ts';

/** A Gpu of one's own on the shared device, so that what it holds and counts comes from one test. */
export const ownGpu = (): Promise<Gpu> => anotherGpu();

/** What an object of the caller throws when it is looked at. It is the caller's, and comes through as it is. */
const callers = new Error('an object of the caller');
const throws = (): never => {
  throw callers;
};

/** Pages get shared memory in no other way unless they are isolated. */
export const shared = new Uint8Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);

const oddities: readonly unknown[] = [
  undefined, null, NaN, Infinity, -Infinity, 0, -0, -1, 0.5, 2 ** 53, 1e300, -1e300, '', '3', 'constructor', '__proto__', true, false, 10n, -1n,
  Symbol('odd'), [], [3], [[]], [Symbol('within')], [Object.create(null)], Array(3), {}, () => 3, Number(3).constructor, Object(3), Object('relu'), Object(true),
  Object(10n), Object(Symbol('boxed')), Object.create(null), new Date(NaN), /x/, new Map([['a', 1]]), new Set([3]), Promise.resolve(3), new Error('odd'),
  new Proxy({}, {}), new Proxy([], {}), new Proxy({}, { get: throws }), new Proxy([], { get: throws, has: throws, ownKeys: throws }),
  { toString: throws }, { valueOf: () => 3, toString: () => '3' }, { [Symbol.toPrimitive]: throws }, { get length() { return throws(); } },
  { length: -1 }, { length: 2 ** 40 }, { length: NaN }, { data: 1, shape: 2 }, new DataView(new ArrayBuffer(8)), new ArrayBuffer(8), new Float64Array(3),
  new Int8Array(3), new BigInt64Array(3), new Uint8ClampedArray(3), shared.buffer,
]; // prettier-ignore

/** A value that fast-check itself does not look at. */
interface Boxed {
  readonly value: unknown;
}
const boxed = (values: fc.Arbitrary<unknown>): fc.Arbitrary<Boxed> => values.map((value) => ({ value }));

const anything: fc.Arbitrary<Boxed> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddities.map((value) => ({ value }))) },
  boxed(fc.oneof(fc.double(), fc.integer(), fc.string())),
  boxed(
    fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
    }),
  ),
);

/** A wrong value, and a word that the message about it must have. */
export interface Wrong extends Boxed {
  readonly names: string;
}
export type Kind = fc.Arbitrary<Wrong>;

function holds(right: (value: unknown) => boolean, value: unknown): boolean {
  try {
    return right(value);
  } catch {
    return false; // Some cannot be looked at.
  }
}

/** Whatever is not right; what is nearly so comes often. */
export const not = (names: string, right: (value: unknown) => boolean, nearly?: fc.Arbitrary<unknown>): Kind =>
  (nearly ? fc.oneof(boxed(nearly), anything) : anything)
    .filter(({ value }) => !holds(right, value))
    .map(({ value }) => ({ value, names }));

/** The same, but that it may be left out. */
export const optional = (kind: Kind): Kind => kind.filter(({ value }) => value !== undefined);

interface Range {
  least?: number;
  most?: number;
  above?: number;
}

const within = (value: unknown, { least = -Infinity, most = 3.5e38, above = -Infinity }: Range) =>
  typeof value === 'number' && value >= least && value <= most && value > above;

/** Where a number within a range is wanted. */
export const number = (names: string, range: Range = {}): Kind =>
  not(
    names,
    (value) => within(value, range),
    fc.oneof(fc.double(), fc.double({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })),
  );

/** Where a whole one is. */
export const whole = (names: string, range: Range): Kind =>
  not(
    names,
    (value) => Number.isSafeInteger(value) && within(value, range),
    fc.oneof(fc.double(), fc.double({ min: -2, max: 9 }), fc.integer({ min: -9, max: 2 })),
  );

/** One of some wrong values. */
export const oneOf = (names: string, ...values: unknown[]): Kind =>
  fc.constantFrom(...values.map((value) => ({ value, names })));

export const isSide = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1;
export const isSides = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && Array.from(value as unknown[]).every(isSide);

/** Where a Gpu is wanted. */
export const gpuKind = not('Gpu', (value) => value instanceof Gpu);

export const seed = (names = 'seed'): Kind => whole(names, { least: 0, most: 2 ** 32 - 1 });
export const flag = (names: string): Kind => not(names, (value) => typeof value === 'boolean');
export const word = (names: string, words: readonly unknown[]): Kind => not(names, (value) => words.includes(value));
export const callback = (names: string): Kind => not(names, (value) => typeof value === 'function');

/** Where an object of options is wanted: what is none, an option that does not exist, one that is wrong, one that throws when it is looked at. */
export function options(good: object, fields: Record<string, Kind>): Kind {
  const isObject = (value: unknown) =>
    typeof value === 'object' &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Array) &&
    Object.getPrototypeOf(value ?? 1) === Object.prototype;
  return fc.oneof(
    not(
      '',
      (value) =>
        value === undefined ||
        isObject(value) ||
        (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null),
    ),
    fc
      .string()
      .filter((key) => !(key in fields) && !(key in good))
      .map((key) => ({ value: { ...good, [key]: 1 }, names: 'unknown option' })),
    ...Object.entries(fields).map(([name, kind]) =>
      kind.map(({ value, names }) => ({ value: { ...good, [name]: value }, names })),
    ),
    fc.constantFrom(...Object.keys(fields)).map((name) => ({
      value: Object.defineProperty({ ...good }, name, { get: throws, enumerable: true }),
      names: '',
    })),
  );
}

/** A function, arguments that are right, and for each of them what may stand wrongly in its place. */
export interface Target {
  call(...args: never[]): unknown;
  good: readonly unknown[];
  wrong: readonly (Kind | undefined)[];
  /** It throws; all others return promises, which reject. */
  throws?: boolean;
}

/** How long a call may take to say no. */
const patienceMs = 10_000;

async function errorOf(call: () => unknown, throwing: boolean): Promise<unknown> {
  let returned: unknown;
  try {
    returned = call();
  } catch (error) {
    if (throwing) return error;
    throw new Error(`throws instead of rejecting: ${shown(error)}`, { cause: error });
  }
  if (throwing) throw new Error(`is taken: returns ${shown(returned)}`);
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<string>(
    (resolve) => (timer = setTimeout(() => resolve(`is open after ${patienceMs} ms`), patienceMs)),
  );
  const outcome = Promise.resolve(returned).then(
    (value) => `is taken: resolves with ${shown(value)}`,
    (error: unknown) => ({ error }),
  );
  const first = await Promise.race([outcome, late]).finally(() => clearTimeout(timer));
  if (typeof first === 'string') throw new Error(first);
  return first.error;
}

const classes: readonly unknown[] = [OptionError, ShapeError, DataError, FormatError, OutOfMemoryError, LatentGpuError];

/** What engines and WebGPU say. */
const foreign = /WebGPU|GPUBuffer|Failed to execute|Cannot |not a function|not iterable|not defined/;

function judge(error: unknown, names: string): void {
  if (error === callers) return;
  const ours =
    error instanceof LatentGpuError && classes.includes(error.constructor) && error.name === error.constructor.name;
  if (!ours) throw new Error(`ends in ${shown(error)}`, { cause: error });
  if (foreign.test(error.message)) throw new Error(`speaks of something else: ${error.message}`, { cause: error });
  if (!error.message.toLowerCase().includes(names.toLowerCase()))
    throw new Error(`does not name '${names}': ${error.message}`, { cause: error });
}

/** The same in each run, so that a failure can be looked at again; fast-check says seed and path of it. */
const drawn = thorough ? 2 : 1;

async function refuses(
  { call, good, wrong, throws: throwing = false }: Target,
  tries: number,
  gpu: Gpu,
): Promise<void> {
  const state = () => JSON.stringify([gpu.counters(), { ...gpu.memory(), peakBytes: 0 }]);
  const kinds = wrong.flatMap((kind, at) =>
    kind
      ? [
          kind.map(({ value, names }) => ({
            at,
            value,
            names,
            [fc.toStringMethod]: () =>
              `argument ${at}: ${typeof value === 'object' && value !== null ? fc.stringify(value) : shown(value)}`,
          })),
        ]
      : [],
  );
  const property = fc.asyncProperty(fc.oneof(...kinds), async ({ at, value, names }) => {
    const before = state();
    judge(await errorOf(() => call(...(good.with(at, value) as never[])), throwing), names);
    if (state() !== before) throw new Error(`leaves its mark: ${before} became ${state()}`);
  });
  await fc.assert(property, { numRuns: tries, seed: drawn });
  await call(...(good as never[]));
}

/** What lay underneath, and where it came from. */
function causes(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const place = cause.stack?.split('\n').find((line) => line.includes('/src/')) ?? '';
  return `\n  ${cause.message}${place && `\n${place}`}${causes(cause.cause)}`;
}

/** Tries all of them, and tells of all that fail. */
export async function refuseAll(
  task: TestContext['task'],
  what: string,
  targets: Record<string, Target>,
  gpu: Gpu,
  [quick, all]: [number, number],
  of = 'functions',
): Promise<void> {
  const tries = times(quick, all);
  const failures: string[] = [];
  for (const [name, target] of Object.entries(targets)) {
    await refuses(target, tries, gpu).catch((error: Error) =>
      failures.push(`${name}: ${error.message}${causes(error.cause)}`),
    );
  }
  if (failures.length) throw new Error(failures.join('\n\n'));
  const count = Object.keys(targets).length;
  tried(
    task,
    `${what}: ${count} ${of}, with a wrong argument or option in each call`,
    count * tries,
    'a library error that names it, before any work on the device; the right call works afterwards',
  );
}

/** Whether it is a list, plain or typed. */
export const isList = (value: unknown): boolean =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

/** Weights of `count` examples or classes that are refused. */
export const weightsOf = (count: number, of: string): Kind =>
  fc.oneof(
    not('takes a list of numbers', isList),
    oneOf(`${count} ${of}, but`, [], new Float32Array(count + 1)),
    oneOf('every weight is 0', Array(count).fill(0)),
    fc
      .tuple(
        fc.nat(count - 1),
        fc.constantFrom<unknown>(-1, NaN, Infinity, 1e39, '1', null, undefined, 1n, Symbol('weight')),
      )
      .map(([at, value]) => ({
        value: Array<unknown>(count).fill(1).with(at, value),
        names: `weight ${at} is`,
      })),
  );
