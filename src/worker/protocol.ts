/**
 * The messages between the two sides of a worker. Objects stay in the worker; the page identifies them by numbers that
 * it chooses.
 */
import * as errors from '../errors.ts';
import type { WiredTable } from '../data/table/table.ts';
import { isError, isOwned } from '../platform.ts';

export type Handle = number;

/** The library itself, whose functions are called like methods. */
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
  /** The answer to a callback. */
  | { kind: 'answer'; callback: number; error?: WireError };

export type Response =
  | { kind: 'result'; call: number; value: unknown }
  | { kind: 'error'; call: number; error: WireError }
  | { kind: 'callback'; call: number; name: CallbackName; callback: number; argument: unknown }
  | { kind: 'lost'; gpu: Handle; reason: GPUDeviceLostReason; message: string };

/** One end of a connection: a worker, the inside of one, or a port. */
export interface Line {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** A reference to an object in the worker. */
export interface Reference {
  $handle: Handle;
}

/** A value that stays the same object from call to call, such as an optimizer. */
export interface Known {
  $same: number;
  value: unknown;
}

/** A table as plain data. */
export interface SentTable {
  $table: WiredTable;
}

export const isSentTable = (value: object): value is SentTable => '$table' in value;
/**
 * Whether a value can be made plain data: a table, recognised by its method, since a page without tables does not load
 * the class.
 */
export const canBeSent = (value: unknown): value is { toWire(): SentTable } =>
  typeof (value as { toWire?: unknown } | null)?.toWire === 'function';
export const isReference = (value: object): value is Reference => '$handle' in value;
export const isKnown = (value: object): value is Known => '$same' in value;

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Another window has an Object.prototype of its own; like this one's, it has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An error as plain data, since a structured clone loses its class. */
export interface WireError {
  name: string;
  message: string;
  stack?: string;
  cause?: WireError;
  /** Its other fields. */
  fields: Record<string, unknown>;
}

export function toWireError(error: unknown): WireError {
  if (!isError(error)) return { name: 'Error', message: String(error), fields: {} };
  const { name, message, stack } = error;
  const cause = error.cause === undefined ? undefined : toWireError(error.cause);
  return { name, message, stack, cause, fields: fieldsOf(error) };
}

/** What an error says in fields of its own: words and numbers, which all can be sent. */
function fieldsOf(error: Error): Record<string, unknown> {
  const sent = ['name', 'message', 'stack', 'cause'];
  return Object.fromEntries(
    Object.entries(error).filter(([key, value]) => !sent.includes(key) && ['string', 'number'].includes(typeof value)),
  );
}

export function fromWireError({ name, message, stack, cause, fields }: WireError): Error {
  const kinds: Record<string, unknown> = errors;
  const prototype = (kinds[name] as { prototype: Error } | undefined)?.prototype ?? Error.prototype;
  // Not by the constructor: those of some classes make their own message.
  return Object.assign(Object.create(prototype) as Error, {
    name,
    message,
    stack,
    ...(cause && { cause: fromWireError(cause) }),
    ...fields,
  });
}

/** The memory of arrays that this side no longer needs, where an array owns it; a part of a larger memory is copied. */
export function transferable(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (isOwned(value) && value.byteLength === value.buffer.byteLength) found.add(value.buffer as ArrayBuffer);
  } else if (Array.isArray(value) || isPlain(value)) {
    for (const each of Object.values(value)) transferable(each, found);
  }
  return [...found];
}
