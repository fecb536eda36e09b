import type { Autoencoder, Gan } from '../src/index.ts';

/** What a model makes of a few draws of its prior, the same ones each time. */
export interface Snapshot {
  /** The number of steps of training before it was taken. */
  steps: number;
  images: Float32Array;
}

const count = 10;

/** Samples of a model in training: before it, after 1, 2, 4, 8 … epochs, and at its end. */
export class Album {
  readonly snapshots: Snapshot[] = [];
  readonly #model: Pick<Autoencoder | Gan, 'sample'>;
  readonly #stepsPerEpoch: number;

  constructor(model: Pick<Autoencoder | Gan, 'sample'>, stepsPerEpoch: number) {
    this.#model = model;
    this.#stepsPerEpoch = stepsPerEpoch;
  }

  async take(steps: number): Promise<void> {
    const { data: images } = await this.#model.sample(count, { seed: 1 });
    this.snapshots.push({ steps, images });
  }

  async epochEnded(epoch: number): Promise<void> {
    if (Number.isInteger(Math.log2(epoch))) await this.take(epoch * this.#stepsPerEpoch);
  }

  /** The last epoch may not have been finished: then it ended before where it was taken to end. */
  async end(steps: number): Promise<void> {
    const before = this.snapshots.findIndex((each) => each.steps >= steps);
    if (before >= 0) this.snapshots.length = before;
    await this.take(steps);
  }
}
