import { asDataset } from '../data/as-dataset.ts';
import type { Data } from '../data/dataset.ts';
import { crossEntropy } from '../kernels/cross-entropy.ts';
import { reshape } from '../kernels/elementwise.ts';
import { softmax } from '../kernels/softmax.ts';
import type { Gpu } from '../runtime/device.ts';
import { checkOptions, checkSeed } from '../runtime/options.ts';
import { scoped } from '../runtime/scope.ts';
import { sizeOf, type Matrix, type Tensor } from '../runtime/tensor.ts';
import type { FitOptions, Training } from './training/fit-options.ts';
import { readSpec, type JigsawSpec } from './jigsaw-spec.ts';
import { Model, type Inside } from './model.ts';
import { predict, type Recording } from './predict.ts';
import { makeParameters, type SavedValues } from './parts/first-values.ts';
import { dense } from './parts/layers.ts';
import type { Image } from './parts/layout.ts';
import { Network } from './parts/network.ts';
import { written } from './parts/part.ts';
import type { Pass } from './training/pass.ts';
import { farApart } from './permutations.ts';
import { Puzzles } from './puzzles.ts';
import { classification, likeliest } from './training/classes.ts';
import { newOwner, type ModelOwner, type Phase, type Trainable } from './training/trainable.ts';

export type { JigsawSpec };

/** The loss and the accuracy of a model that solves puzzles. */
export interface JigsawLosses {
  /**
   * The softmax cross-entropy over the permutations in nats, averaged over the puzzles. Guessing gives the logarithm of
   * their number.
   */
  loss: number;
  /** The fraction of puzzles whose most probable permutation is the right one. */
  accuracy: number;
}

/** Puzzles made of images, with the model's answers. */
export interface Solution {
  /** The tiles as the model sees them, [images, cells, tile height, tile width, channels]. */
  tiles: Matrix;
  /** The permutations that were drawn: row numbers of `Jigsaw.permutations`. */
  truths: Int32Array;
  /** The permutations that the model finds most probable: row numbers of `Jigsaw.permutations`. */
  answers: Int32Array;
}

/** A model that solves jigsaw puzzles. `jigsaw` makes it. */
export class Jigsaw extends Model<JigsawLosses> {
  /** The network from one tile to its code. `classifier({ encoder })` can use it. */
  readonly encoder: Network;
  /** The network from the codes of all tiles to one logit for each permutation. */
  readonly head: Network;
  /**
   * The permutations: which cell of the image lies in which slot, cells counted row by row. They are chosen far apart
   * in Hamming distance.
   */
  readonly permutations: readonly Uint8Array[];
  /** @internal */
  protected readonly inside: Inside<JigsawLosses, Data>;
  readonly #puzzles: Puzzles;

  /** Starts from the weights and permutations in `from` if it is present. @internal */
  constructor(gpu: Gpu, spec: JigsawSpec, from?: { savedValues: SavedValues; permutations: Uint8Array[] }) {
    super();
    const { cuts, permutations, encoder, head, seed } = readSpec(spec);
    const { image, side, tile } = cuts;
    const cells = side * side;
    // The inputs are tiles as the model sees them, at any scale of the images.
    const owner = () => ({ ...this.alive(), place: undefined });
    this.encoder = new Network('encoder', encoder, [...tile, image[2]], owner);
    const { outputShape, flattened } = this.encoder;
    this.head = new Network('head', [...head, dense(permutations)], [sizeOf(outputShape) * cells], () => this.alive(), {
      around: { before: flattened && [cells, ...flattened] },
    });
    this.permutations = from?.permutations ?? farApart(cells, permutations, seed);
    const [parameters] = makeParameters(gpu, [[this.encoder, this.head]], seed, from?.savedValues);
    this.#puzzles = new Puzzles(gpu, cuts, this.permutations);
    this.inside = {
      kind: 'jigsaw',
      trainable: this.#trainable(newOwner(gpu, parameters), image, seed),
      networks: [this.encoder, this.head],
      parameterSets: [parameters],
      others: [this.#puzzles],
      parts: [this.#puzzles],
      spec: () => ({
        input: image,
        tiles: side,
        gap: Math.floor(image[0] / side) - tile[0],
        permutations: this.permutations.map((each) => [...each]),
        encoder: written(encoder),
        head: written(head),
        seed,
      }),
    };
  }

  /**
   * Trains on images; every step cuts new puzzles from them. The options are those of an autoencoder's `fit`.
   *
   * Rejects with OptionError, ShapeError or DataError before the first dispatch, and later with DivergedError,
   * DeviceLostError, or the signal's reason.
   */
  fit(data: Data, options: FitOptions<JigsawLosses>): Training<JigsawLosses> {
    return this.start(data, options);
  }

  /**
   * Computes loss and accuracy over one puzzle of each image, the same for the same seed (default: the model's).
   * @throws OptionError, ShapeError, DataError
   */
  async evaluate(data: Data, options: { batchSize?: number; seed?: number } = {}): Promise<JigsawLosses> {
    return this.measure(data, options);
  }

  /** Returns codes of tile images, [tiles, code]. @throws ShapeError, DataError */
  encode(tiles: Data): Promise<Matrix> {
    return this.encoder.predict(tiles);
  }

  /** Makes one puzzle of each image and solves it. @throws OptionError, ShapeError, DataError */
  async solve(data: Data, options: { seed?: number } = {}): Promise<Solution> {
    checkOptions('solve', options, ['seed']);
    const { seed = this.inside.trainable.seed } = options;
    checkSeed('solve', seed);
    const owner = this.alive();
    const { image, side, tile } = this.#puzzles.cuts;
    return scoped(async (scope) => {
      const set = scope.ownSet(await asDataset('solve', owner.gpu, data, image, owner.place?.trainedOn));
      // Each run draws the same puzzles.
      const run = (shape: number[], record: Recording) => predict(owner, 'solve', set, image, shape, record, { seed });
      const tiles = await run([side * side, ...tile, image[2]], (pass, x) => this.#puzzles.cut(pass, x).tiles);
      const truths = await run([1], (pass, x) => this.#puzzles.cut(pass, x).labels);
      const count = this.permutations.length;
      const { data: probabilities } = await run([count], (pass, x) =>
        softmax(pass.tape, this.#logits(pass, this.#puzzles.cut(pass, x).tiles)),
      );
      return { tiles, truths: Int32Array.from(truths.data), answers: likeliest(probabilities, count) };
    });
  }

  #trainable(owner: ModelOwner, image: Image, seed: number): Trainable<JigsawLosses> {
    const record: Phase['record'] = (pass, { x }) => {
      const { tiles, labels } = this.#puzzles.cut(pass, x);
      return classification(crossEntropy(pass.tape, this.#logits(pass, tiles), labels, pass.state, pass.weights));
    };
    return {
      owner,
      place: owner.place,
      seed,
      put: (where, data) => asDataset(where, owner.gpu, data, image, owner.place.trainedOn),
      phases: [{ name: 'jigsaw', trains: owner.parameters, record }],
    };
  }

  #logits(pass: Pass, tiles: Tensor): Tensor {
    const codes = this.encoder.record(pass, tiles, { mean: true });
    const [features] = this.head.inputShape;
    return this.head.record(pass, reshape(pass.tape, codes, [codes.size / features, features]));
  }
}
