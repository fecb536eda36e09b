/**
 * What the page's proxies for models in the worker share. Getters of the models are fields here that the worker has
 * sent, and synchronous methods return promises here.
 */
import type { LayerInfo } from '../models/parts/network.ts';
import type { SaveOptions } from '../models/saving/checkpoint.ts';
import type { FitOptions, Training } from '../models/training/fit-options.ts';
import type { AnyLoss } from '../models/training/losses.ts';
import type { Matrix } from '../runtime/tensor.ts';
import { Remote, type Client } from './client.ts';
import { checkGpu, type Examples, type Gpu } from './data.ts';
import { library, type Handle } from './protocol.ts';

/** The data of a network that do not change, which the worker sends once. */
export interface NetworkFacts {
  inputShape: number[];
  outputShape: number[];
  parameterCount: number;
  summary: string;
  layers: LayerInfo[];
}

/** A list of layers with their weights. The networks of a model share the model's weights. */
export class Network extends Remote {
  /** @internal */
  constructor(
    client: Client,
    handle: Handle,
    private readonly facts: NetworkFacts,
  ) {
    super(client, handle);
  }

  get inputShape(): number[] {
    return this.facts.inputShape;
  }

  get outputShape(): number[] {
    return this.facts.outputShape;
  }

  get parameterCount(): number {
    return this.facts.parameterCount;
  }

  summary(): string {
    return this.facts.summary;
  }

  describe(): LayerInfo[] {
    return this.facts.layers;
  }

  predict(data: Examples): Promise<Matrix> {
    return this.call('predict', data);
  }
}

export interface ModelFacts {
  summary: string;
  layers: LayerInfo[];
  networks: NetworkFacts[];
}

/** The base of the proxies of all models. */
export abstract class Model<F extends ModelFacts> extends Remote {
  /** The networks in the order of the model's table of layers. */
  protected readonly networks: readonly Network[];

  /** @internal */
  constructor(
    client: Client,
    [handle, ...others]: readonly Handle[],
    protected readonly facts: F,
  ) {
    super(client, handle);
    this.networks = facts.networks.map((each, i) => new Network(client, others[i], each));
  }

  weights(): Promise<Record<string, Matrix>> {
    return this.call('weights');
  }

  /** Sets some or all weights by name. Rejects with ShapeError or DataError; then no weight is set. */
  setWeights(weights: Record<string, Matrix>): Promise<void> {
    return this.call('setWeights', weights);
  }

  save(options?: SaveOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.call('save', options);
  }

  summary(): string {
    return this.facts.summary;
  }

  describe(): LayerInfo[] {
    return this.facts.layers;
  }

  /** Starts a training in the worker, with the fit's options and the data. */
  protected train<L extends AnyLoss, D>(options: FitOptions<L, D>, ...data: unknown[]): Training<L> {
    return this.client.train<L>(this.handle, 'fit', data, options as FitOptions<L, never>);
  }

  dispose(): void {
    void this.call('dispose').catch(() => {}); // With the device, all of it is gone.
  }
}

/**
 * Calls a function of the library that makes a model. The class of the proxy may depend on the facts that the worker
 * sends.
 */
export async function makeModel<F, M>(
  kindOf: (facts: F) => new (client: Client, handles: Handle[], facts: F) => M,
  gpu: Gpu,
  maker: string,
  ...args: unknown[]
): Promise<M> {
  checkGpu(maker, gpu);
  const { client } = gpu;
  // One for the model, and one for each network that a model can have.
  const handles = Array.from({ length: 4 }, () => client.newHandle());
  const facts = await client.call<F>(library, maker, [gpu, ...args], { makes: handles });
  const Kind = kindOf(facts);
  return new Kind(client, handles, facts);
}
