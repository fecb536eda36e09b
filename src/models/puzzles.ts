import type { Puzzle } from '../kernels/puzzle.ts';
import type { Gpu } from '../runtime/device.ts';
import { onDemand } from '../runtime/on-demand.ts';
import { tensor, type Tensor } from '../runtime/tensor.ts';
import type { Pass } from './training/pass.ts';

const kernels = onDemand(() => import('../kernels/puzzle.ts'));

/** How puzzles are cut, and the permutations of their tiles. */
export class Puzzles {
  /** The permutations on the device. They are made on first use. */
  #table: Tensor | undefined;

  readonly prepare = kernels.prepare;

  constructor(
    private readonly gpu: Gpu,
    readonly cuts: Omit<Puzzle, 'table'>,
    private readonly permutations: readonly Uint8Array[],
  ) {}

  /** Records the cutting of each image into a puzzle: its tiles, and the number of the drawn permutation. */
  cut(pass: Pass, x: Tensor): { tiles: Tensor; labels: Tensor } {
    if (!this.#table || this.#table.gone) this.#table = this.#makeTable();
    return kernels().cutTiles(pass.tape, x, { ...this.cuts, table: this.#table }, pass.draws());
  }

  dispose(): void {
    this.#table?.dispose();
  }

  #makeTable(): Tensor {
    const { gpu, permutations } = this;
    const cells = permutations.flatMap((each) => [...each]);
    return tensor(gpu, cells, [permutations.length, permutations[0].length], 'u32');
  }
}
