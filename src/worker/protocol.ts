/**
 * The messages between the two sides of a worker. Objects stay in the worker; the page identifies them by numbers that
 * it chooses.
 */
import * as errors from '../errors.ts';
import type { WiredTable } from '../data/table/table.ts';
import { isError, isOwned } from '../platform.ts';

export type Handle = number;

/** The number of the library itself, whose functions are called like methods. */
export const library: Handle = 0;

/** The options that hold callbacks. */
export const callbackNames = ['onProgress', 'onEpochEnd'] as const;
export type CallbackName = (typeof callbackNames)[number];

export type Steering = 'pause' | 'resume' | 'stop' | 'abort';

export type Request =
  /** A call. `makes` has the numbers for the result and its networks; `callbacks` names those of the last argument. */
  | {
      kind: 'call';
      call: number;
      target: Handle;
      method: string;
      args: unknown[];
      makes?: Handle[];
      callbacks: CallbackName[];
    }
  | { kind: 'steer'; call: number; how: Steering }
  /** The page can no longer name an object. */
  | { kind: 'forget'; kept: Kept }
  /** The answer to a callback. */
  | { kind: 'answer'; callback: number; error?: WireError };

export type Response =
  | { kind: 'result'; call: number; value: unknown }
  | { kind: 'error'; call: number; error: WireError }
  | { kind: 'callback'; call: number; name: CallbackName; callback: number; argument: unknown }
  | { kind: 'lost'; gpu: Handle; reason: GPUDeviceLostReason; message: string };

/** One end of a connection: a worker, its global scope, or a port. */
export interface Line {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** A reference to an object in the worker. */
export interface Reference {
  $handle: Handle;
}

/** A value that has to be the same object in every call, such as an optimizer. */
export interface Known {
  $same: number;
  value: unknown;
}

/** The number of an object that the worker keeps for the page. */
export type Kept = Reference | Pick<Known, '$same'>;

/** A table as plain data. */
export interface SentTable {
  $table: WiredTable;
}

export const isSentTable = (value: object): value is SentTable => '$table' in value;
/**
 * Returns whether a value is a table, which can be sent as plain data. It is recognised by its method, since pages
 * without tables do not load the class.
 */
export const canBeSent = (value: unknown): value is { toWire(): SentTable } =>
  typeof (value as { toWire?: unknown } | null)?.toWire === 'function';
export const isReference = (value: object): value is Reference => '$handle' in value;
export const isKnown = (value: object): value is Known => '$same' in value;

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // The Object.prototype of another window is another object, but it has no prototype either.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An error as plain data, since a structured clone loses its class. */
export interface WireError {
  name: string;
  message: string;
  stack?: string;
  cause?: WireError;
  /** The other fields of the error. */
  fields: Record<string, unknown>;
}

export function toWireError(error: unknown): WireError {
  if (!isError(error)) return { name: 'Error', message: String(error), fields: {} };
  const { name, message, stack } = error;
  const cause = error.cause === undefined ? undefined : toWireError(error.cause);
  return { name, message, stack, cause, fields: fieldsOf(error) };
}

/** Returns the further fields of an error, which are texts and numbers that can be sent. */
function fieldsOf(error: Error): Record<string, unknown> {
  const sent = ['name', 'message', 'stack', 'cause'];
  return Object.fromEntries(
    Object.entries(error).filter(([key, value]) => !sent.includes(key) && ['string', 'number'].includes(typeof value)),
  );
}

export function fromWireError({ name, message, stack, cause, fields }: WireError): Error {
  const kinds: Record<string, unknown> = errors;
  const prototype = (kinds[name] as { prototype: Error } | undefined)?.prototype ?? Error.prototype;
  // Made without the constructor, since some constructors make their own message.
  return Object.assign(Object.create(prototype) as Error, {
    name,
    message,
    stack,
    ...(cause && { cause: fromWireError(cause) }),
    ...fields,
  });
}

/** Returns the memory of arrays that this side no longer needs, if an array owns all of it; other arrays are copied. */
export function transferable(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (isOwned(value) && value.byteLength === value.buffer.byteLength) found.add(value.buffer as ArrayBuffer);
  } else if (Array.isArray(value) || isPlain(value)) {
    for (const each of Object.values(value)) transferable(each, found);
  }
  return [...found];
}
