/** What the two sides of a worker say to each other. Objects stay in the worker; the page knows them by numbers that it chooses itself. */
import * as errors from '../errors.ts';
import type { WiredTable } from '../data/table/table.ts';
import { isError, isOwned } from '../platform.ts';

export type Handle = number;

/** The library itself, whose functions are called like methods. */
export const library: Handle = 0;

/** Functions that an option may hold: what the page is called back by. */
export const callbackNames = ['onProgress', 'onEpochEnd'] as const;
export type CallbackName = (typeof callbackNames)[number];

export type Steering = 'pause' | 'resume' | 'stop' | 'abort';

export type Request =
  /** `makes`: under which numbers the result, and its networks, are to be known. `callbacks`: which of them the last argument is to have. */
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
  /** to a callback */
  | { kind: 'answer'; callback: number; error?: WireError };

export type Response =
  | { kind: 'result'; call: number; value: unknown }
  | { kind: 'error'; call: number; error: WireError }
  | { kind: 'callback'; call: number; name: CallbackName; callback: number; argument: unknown }
  | { kind: 'lost'; gpu: Handle; reason: GPUDeviceLostReason; message: string };

/** One end of a line: a worker, the inside of one, or a port. */
export interface Line {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** In the place of an object that lives in the worker, */
export interface Reference {
  $handle: Handle;
}

/** and of one that is to stay the same one from call to call, as optimizers do. */
export interface Known {
  $same: number;
  value: unknown;
}

/** A table as plain data. */
export interface SentTable {
  $table: WiredTable;
}

export const isSentTable = (value: object): value is SentTable => '$table' in value;
/** Whether it can be made plain data: a table, whose class a page does not load that has none. */
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

/** An error as plain data: a structured clone would forget its class. */
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
  const { step, tensor } = error as Partial<errors.DivergedError>;
  const cause = error.cause === undefined ? undefined : toWireError(error.cause);
  return { name, message, stack, cause, fields: step === undefined ? {} : { step, tensor } };
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

/** The memory of arrays that nobody on this side needs any more, where it is theirs alone: a part of a larger one is copied. */
export function transferable(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    if (isOwned(value) && value.byteLength === value.buffer.byteLength) found.add(value.buffer as ArrayBuffer);
  } else if (Array.isArray(value) || isPlain(value)) {
    for (const each of Object.values(value)) transferable(each, found);
  }
  return [...found];
}
