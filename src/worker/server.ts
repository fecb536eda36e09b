/** The worker's side of the connection: it runs the library and answers the page. */
import { Dataset } from '../data/dataset.ts';
import { fromWire } from '../data/table/wire.ts';
import { DataError, LatentGpuError } from '../errors.ts';
import { Classifier } from '../models/classifier.ts';
import { Jigsaw } from '../models/jigsaw.ts';
import { Model } from '../models/model.ts';
import type { Network } from '../models/parts/network.ts';
import type { Training } from '../models/training/fit-options.ts';
import type { Gpu } from '../runtime/device.ts';
import { within } from '../runtime/within.ts';
import { functions, type Method } from './functions.ts';
import type { ModelFacts, NetworkFacts } from './model.ts';
import {
  fromWireError,
  isKnown,
  isPlain,
  canBeSent,
  isReference,
  isSentTable,
  library,
  toWireError,
  transferable,
  type CallbackName,
  type Handle,
  type Line,
  type Request,
  type Response,
} from './protocol.ts';

/** Answers one page until the connection ends. */
export function serve(line: Line): void {
  const session = new Session(holdSign(), (response, transfer = []) => line.postMessage(response, transfer));
  line.addEventListener('message', ({ data }: MessageEvent<Request>) => session.receive(data));
}

/** The timeout for the lock of `holdSign`, which is granted at once or never, since its name is unique. */
const signMs = 1000;

/**
 * Takes a lock for as long as the worker lives, and returns its name. Only its release tells a page that the worker was
 * terminated.
 */
async function holdSign(): Promise<string | undefined> {
  try {
    const sign = `latentgpu ${crypto.randomUUID()}`;
    const held = new Promise<void>((resolve, reject) => {
      const forever = () => {
        resolve();
        return new Promise<void>(() => {});
      };
      navigator.locks.request(sign, forever).catch(reject);
    });
    await within(signMs, held);
    return sign;
  } catch {
    return undefined; // Without locks, as in some frames, the page does not learn of the end.
  }
}

class Session {
  readonly #objects = new Map<Handle, object>();
  readonly #known = new Map<number, object>();
  readonly #trainings = new Map<number, { training: Partial<Training>; abort: AbortController }>();
  /** The progress reports that have not been answered yet, by call. */
  readonly #unanswered = new Map<number, Set<Promise<void>>>();
  readonly #waiting = new Map<number, (error?: Error) => void>();
  #callbacks = 0;

  constructor(
    private readonly sign: Promise<string | undefined>,
    private readonly send: (response: Response, transfer?: Transferable[]) => void,
  ) {}

  receive(request: Request): void {
    switch (request.kind) {
      case 'call':
        return void this.#answer(request);
      case 'answer': {
        this.#waiting.get(request.callback)?.(request.error && fromWireError(request.error));
        this.#waiting.delete(request.callback);
        return;
      }
      case 'steer': {
        const running = this.#trainings.get(request.call);
        if (request.how === 'abort') running?.abort.abort();
        else running?.training[request.how]?.();
        return;
      }
      case 'forget':
        // Nothing is freed here: a view still needs its data set, a network the weights of its model, and a call that
        // runs its arguments. What nothing needs is collected.
        if (isReference(request.kept)) this.#objects.delete(request.kept.$handle);
        else this.#known.delete(request.kept.$same);
    }
  }

  async #answer(request: Request & { kind: 'call' }): Promise<void> {
    const { call, method, makes } = request;
    try {
      // No `await` before this point, so that the next request finds the data set.
      const result = this.#start(request);
      if (makes && result instanceof Dataset) this.#objects.set(makes[0], result);
      const value: unknown = await result;
      // An error in the last progress callback counts, too.
      await Promise.all([...(this.#unanswered.get(call) ?? [])]);
      const facts = makes ? await this.#keep(value as object, makes) : canBeSent(value) ? value.toWire() : value;
      this.send({ kind: 'result', call, value: facts }, makes ? [] : transferable(facts));
    } catch (error) {
      // The page may use a view before it learns that there is none: each use reports the same error.
      if (method === 'view' && error instanceof LatentGpuError) this.#objects.set(makes![0], error);
      this.send({ kind: 'error', call, error: toWireError(error) });
    } finally {
      this.#trainings.delete(call);
      this.#unanswered.delete(call);
    }
  }

  #start({ call, target, method, args, callbacks }: Request & { kind: 'call' }): unknown {
    const values = args.map((each) => this.#revived(each));
    if (target === library) return functions[method](...(values as never[]));
    if (method === 'dispose') return this.#dispose(target);
    const object = this.#object(target);
    if (method === 'view') return (object as Dataset).view(Array.from(values[0] as Uint32Array));
    if (method !== 'fit' && method !== 'pretrain')
      return (object as Record<string, Method>)[method](...(values as never[]));
    const abort = new AbortController();
    const options = {
      ...(values.at(-1) as object),
      signal: abort.signal,
      ...Object.fromEntries(callbacks.map((name) => [name, this.#caller(call, name)])),
    };
    const training = (object as unknown as Record<string, (...args: unknown[]) => Training>)[method](
      ...values.slice(0, -1),
      options,
    );
    this.#trainings.set(call, { training, abort });
    return training;
  }

  /**
   * Makes a callback. Progress is sent without waiting; at the end of an epoch training waits for the page's answer, as
   * for a local function.
   */
  #caller(call: number, name: CallbackName) {
    return (argument: unknown): Promise<void> => {
      const callback = ++this.#callbacks;
      const answered = new Promise<void>((resolve, reject) =>
        this.#waiting.set(callback, (error) => (error ? reject(error) : resolve())),
      );
      this.send({ kind: 'callback', call, name, callback, argument });
      if (name === 'onEpochEnd') return answered;
      const unanswered = this.#unanswered.get(call) ?? new Set();
      this.#unanswered.set(call, unanswered.add(answered));
      // An error thrown by the page's callback ends the training between two submits.
      answered.then(
        () => unanswered.delete(answered),
        (error: unknown) => this.#trainings.get(call)?.abort.abort(error),
      );
      return Promise.resolve();
    };
  }

  #keep(value: object, [handle, ...others]: Handle[]): unknown {
    this.#objects.set(handle, value);
    if (value instanceof Dataset) {
      const { shape, labels, length, series } = value;
      return { shape: [...shape], labels, length, series };
    }
    if (value instanceof Model) {
      value.networks.forEach((network, i) => this.#objects.set(others[i], network));
      const facts: ModelFacts = {
        summary: value.summary(),
        layers: value.describe(),
        networks: value.networks.map(factsOf),
      };
      return {
        ...facts,
        ...(value instanceof Classifier && { classes: value.classes }),
        ...(value instanceof Jigsaw && { permutations: value.permutations }),
        // Recognised by its field, since not every worker loads the class of tables.
        ...('columns' in value && { columns: value.columns }),
      };
    }
    const gpu = value as Gpu;
    void gpu.lost.then(({ reason, message }) => this.send({ kind: 'lost', gpu: handle, reason, message }));
    return this.sign.then((sign) => ({ ...gpu.info, sign }));
  }

  /** Replaces a disposed object by the error that later calls throw. */
  #dispose(handle: Handle): void {
    const object = this.#objects.get(handle);
    if (!object || object instanceof LatentGpuError) return;
    (object as Dataset).dispose();
    this.#objects.set(
      handle,
      object instanceof Dataset
        ? new DataError('the data set was disposed')
        : new LatentGpuError('the model was disposed'),
    );
  }

  #object(handle: Handle): object {
    const object = this.#objects.get(handle);
    if (!object) throw new LatentGpuError(`object ${handle} does not exist: the call that should have made it failed`);
    if (object instanceof LatentGpuError) throw object;
    return object;
  }

  #revived(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#revived(each));
    if (!isPlain(value)) return value;
    if (isSentTable(value)) return fromWire(value.$table);
    if (isReference(value)) return this.#object(value.$handle);
    if (isKnown(value)) {
      if (!this.#known.has(value.$same)) this.#known.set(value.$same, value.value as object);
      return this.#known.get(value.$same);
    }
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.#revived(each)]));
  }
}

const factsOf = (network: Network): NetworkFacts => ({
  inputShape: network.inputShape,
  outputShape: network.outputShape,
  parameterCount: network.parameterCount,
  summary: network.summary(),
  layers: network.describe(),
});
