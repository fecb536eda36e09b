import { LatentGpuError, OptionError } from '../errors.ts';
import type { FitOptions, History, Training } from '../models/training/fit-options.ts';
import type { AnyLoss } from '../models/training/losses.ts';
import { checkSignal } from '../runtime/options.ts';
import {
  callbackNames,
  canBeSent,
  fromWireError,
  isPlain,
  toWireError,
  transferable,
  type CallbackName,
  type Handle,
  type Kept,
  type Known,
  type Line,
  type Reference,
  type Request,
  type Response,
  type Steering,
  type WireError,
} from './protocol.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  callbacks: Callbacks;
  /** The error that one of the callbacks threw. */
  thrown?: { error: unknown };
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- each of its own kind of argument */
type Callbacks = { [name in CallbackName]?: (argument: any) => unknown };

export interface CallOptions {
  makes?: Handle[];
  /** Whether the memory of the arguments moves to the worker. */
  transfer?: boolean;
}

/** The page's side of a worker. */
export class Client {
  #calls = 0;
  #handles = 0;
  #ended: Error | undefined;
  readonly #pending = new Map<number, Pending>();
  readonly #known = new WeakMap<object, number>();
  #knownCount = 0;
  readonly #collected = new FinalizationRegistry<Kept>((kept) => this.forget(kept));

  constructor(
    private readonly line: Line,
    /** Called when a device that the worker opened is lost. */
    private readonly onLost: (gpu: Handle, info: { reason: GPUDeviceLostReason; message: string }) => void,
  ) {
    line.addEventListener('message', ({ data }: MessageEvent<Response>) => this.#receive(data));
  }

  /** Lets the worker forget an object once `name`, the page's only way to name it, has been collected. */
  forgetAfter(name: object, kept: Kept): void {
    this.#collected.register(name, kept);
  }

  /** Tells the worker that the page can no longer name an object. After the end of the connection it does nothing. */
  forget(kept: Kept): void {
    if (!this.#ended) this.#post({ kind: 'forget', kept });
  }

  /** Returns the number of an object that the worker will make. */
  newHandle(): Handle {
    return ++this.#handles;
  }

  /** Calls a method of an object in the worker. */
  call<T>(target: Handle, method: string, args: unknown[], options: CallOptions = {}): Promise<T> {
    return this.#send<T>(target, method, args, options).done;
  }

  /** Calls a method that takes a fit's options last, with their callbacks, signal and controls. */
  train<L extends AnyLoss>(
    target: Handle,
    method: string,
    args: unknown[],
    options: FitOptions<L, never>,
  ): Training<L> {
    const { signal, onProgress, onEpochEnd, ...others } = options ?? {};
    const wrong = Object.entries({ onProgress, onEpochEnd }).find(
      ([, called]) => called !== undefined && typeof called !== 'function',
    );
    if (wrong) return refused(new OptionError(`${method}: ${wrong[0]} must be a function`));
    try {
      checkSignal(method, signal);
    } catch (error) {
      return refused(error as OptionError);
    }
    if (signal?.aborted) return refused(signal.reason as Error);
    const { call, done } = this.#send<History<L>>(target, method, [...args, others], {
      callbacks: { onProgress, onEpochEnd },
    });
    const steer = (how: Steering) => () => this.#post({ kind: 'steer', call, how });
    const abort = steer('abort');
    signal?.addEventListener('abort', abort, { once: true });
    const training = done
      .catch((error: Error) => {
        // The caller gets the signal's own reason, which is not sent to the worker.
        throw signal?.aborted && error.name === 'AbortError' ? signal.reason : error;
      })
      .finally(() => signal?.removeEventListener('abort', abort));
    return Object.assign(training, { pause: steer('pause'), resume: steer('resume'), stop: steer('stop') });
  }

  /** Ends the connection: all calls fail with this error. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }

  #send<T>(
    target: Handle,
    method: string,
    args: unknown[],
    { makes, transfer = false, callbacks = {} }: CallOptions & { callbacks?: Callbacks },
  ): { call: number; done: Promise<T> } {
    const call = ++this.#calls;
    const done = new Promise<T>((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      const wired = args.map((each) => this.#wired(each));
      this.#pending.set(call, { resolve: resolve, reject, callbacks });
      const names = callbackNames.filter((name) => callbacks[name]);
      try {
        this.#post(
          { kind: 'call', call, target, method, args: wired, makes, callbacks: names },
          transfer ? transferable(wired) : [],
        );
      } catch (cause) {
        this.#pending.delete(call);
        throw new OptionError(`${method}: an argument cannot be sent to a worker: ${String(cause)}`, { cause });
      }
    });
    return { call, done };
  }

  #post(request: Request, transfer: Transferable[] = []): void {
    this.line.postMessage(request, transfer);
  }

  #receive(response: Response): void {
    switch (response.kind) {
      case 'lost':
        return this.onLost(response.gpu, response);
      case 'callback':
        return void this.#callBack(response);
      case 'result':
        this.#pending.get(response.call)?.resolve(response.value);
        break;
      case 'error':
        this.#fail(response.call, fromWireError(response.error));
        break;
    }
    this.#pending.delete(response.call);
  }

  /** Rejects a call; a training that a callback has ended rejects with the callback's error. */
  #fail(call: number, error: Error): void {
    const pending = this.#pending.get(call);
    pending?.reject(pending.thrown ? pending.thrown.error : error);
  }

  /** Calls a callback. Its error goes back to the worker and ends the training, as without a worker. */
  async #callBack({ call, name, callback, argument }: Response & { kind: 'callback' }): Promise<void> {
    const pending = this.#pending.get(call);
    let error: WireError | undefined;
    try {
      await pending?.callbacks[name]?.(argument);
    } catch (thrown) {
      pending!.thrown ??= { error: thrown };
      error = toWireError(thrown);
    }
    this.#post({ kind: 'answer', callback, error });
  }

  /** Returns a value in the form that is sent: objects of the worker as numbers, parts of models as plain data. */
  #wired(value: unknown): unknown {
    if (typeof value === 'function') throw new OptionError('a function cannot be sent to a worker');
    if (value instanceof Remote) return value.reference(this);
    if (canBeSent(value)) return value.toWire();
    if (Array.isArray(value)) return value.map((each) => this.#wired(each));
    if (!isPlain(value)) return value;
    if (typeof value.name === 'string' && Array.isArray(value.args))
      return { name: value.name, args: this.#wired(value.args) };
    if (typeof value.kind === 'string' && 'learningRate' in value) return this.#same(value);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.#wired(each)]));
  }

  #same(value: object): Known {
    const known = this.#known.get(value);
    if (known !== undefined) return { $same: known, value };
    const $same = ++this.#knownCount;
    this.#known.set(value, $same);
    this.forgetAfter(value, { $same });
    return { $same, value };
  }
}

/** Returns a fit that fails before it begins. */
const refused = <L extends AnyLoss>(error: Error): Training<L> =>
  Object.assign(Promise.reject<History<L>>(error), { pause() {}, resume() {}, stop() {} });

/** The page's proxy for an object in the worker. */
export class Remote {
  constructor(
    /** @internal */
    readonly client: Client,
    /** @internal */
    readonly handle: Handle,
  ) {
    // Also after a dispose: until then the worker keeps the error that later calls get.
    client.forgetAfter(this, { $handle: handle });
  }

  /** @internal */
  reference(client: Client): Reference {
    if (client !== this.client) throw new LatentGpuError('this object lives in another worker');
    return { $handle: this.handle };
  }

  protected call<T>(method: string, ...args: unknown[]): Promise<T> {
    return this.client.call<T>(this.handle, method, args);
  }
}
