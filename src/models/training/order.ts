import type { Dataset } from '../../data/dataset.ts';
import type { Feed } from '../../data/feed.ts';
import { shuffle } from '../../kernels/step.ts';
import type { CommandPass } from '../../runtime/commands.ts';
import type { Gpu } from '../../runtime/device.ts';
import { compile, type Plan } from '../../runtime/plan.ts';
import type { Scope } from '../../runtime/scope.ts';
import { makeState, writeState } from '../../runtime/state.ts';
import { tape as makeTape } from '../../runtime/tape.ts';
import { emptyTensor, readTensors, type Tensor } from '../../runtime/tensor.ts';

/** The order in which an epoch takes the examples: made on the device before its first step, or ahead of it where this side brings the examples. */
export class Order {
  plan!: Plan;
  /** Of the epoch that is to come, where this side brings the examples. */
  #next: { epoch: number; order: Promise<Uint32Array> } | undefined;
  #epoch: number | undefined;

  private constructor(
    private readonly gpu: Gpu,
    /** Which example is the n-th. */
    readonly tensor: Tensor,
    private readonly state: Tensor,
    private readonly feed: Feed | undefined,
  ) {}

  /** With a feed, the order that is made is not that of the epoch under way: it has a state of its own. */
  static make(scope: Scope, { gpu, length }: Dataset, state: Tensor, feed: Feed | undefined): Order {
    const tensor = scope.own(emptyTensor(gpu, [length], 'u32', 'order'));
    return new Order(gpu, tensor, feed ? scope.own(makeState(gpu)) : state, feed);
  }

  async compile(scope: Scope, shuffled: boolean, subset: Tensor | undefined): Promise<void> {
    const tape = makeTape(this.gpu);
    shuffle(tape, this.state, this.tensor, { shuffled, subset });
    this.plan = scope.own(await compile(tape));
  }

  /** Encodes the order of the state's epoch, before the first step that needs it. Returns how many dispatches that took. */
  encode(pass: CommandPass): number {
    return this.feed ? 0 : this.plan.encode(pass);
  }

  /** To be called before steps of an epoch: tells the feed its order, and has that of the next one made meanwhile if there will be one. */
  async begin(epoch: number, seed: number, another: boolean): Promise<void> {
    if (!this.feed || this.#epoch === epoch) return;
    this.feed.begin(await (this.#next?.epoch === epoch ? this.#next.order : this.#read(epoch, seed)));
    this.#epoch = epoch;
    if (!another) return;
    this.#next = { epoch: epoch + 1, order: this.#read(epoch + 1, seed) };
    this.#next.order.catch(() => {}); // Whoever needs it sees the failure.
  }

  async #read(epoch: number, seed: number): Promise<Uint32Array> {
    writeState(this.gpu, this.state, { epoch, seed });
    const running = this.plan.run();
    const [[order]] = await Promise.all([readTensors(this.gpu, [this.tensor]), running]);
    return order as Uint32Array;
  }
}
