import { compile } from '../../src/runtime/plan.ts';
import type { Gpu } from '../../src/runtime/device.ts';
import { makeState, writeState } from '../../src/runtime/state.ts';
import { tape as makeTape, type Tape } from '../../src/runtime/tape.ts';
import { boundRange, emptyTensor, readTensors, Tensor, tensor, type DType } from '../../src/runtime/tensor.ts';
import { forThisTest } from './for-this-test.ts';
import { sharedGpu } from './gpu.ts';

export type Values = Float32Array | Uint32Array;

/** Runs what the tensors need, in buffers full of NaN, and reads them: a value that a kernel has left out shows. */
export async function run(tape: Tape, tensors: readonly Tensor[]): Promise<Values[]> {
  const { gpu } = tape;
  tape.keep(...tensors.filter((each) => 'tape' in each.home));
  const plan = await compile(tape);
  try {
    plan.poison();
    await plan.run();
    const placed = tensors.map((each) =>
      'tape' in each.home ? new Tensor(each.shape, each.dtype, each.label, { gpu, range: plan.range(each) }) : each,
    );
    return await readTensors(gpu, placed);
  } finally {
    plan.dispose();
  }
}

/** The same for one. */
export async function runOne(tape: Tape, wanted: Tensor): Promise<Values> {
  const [values] = await run(tape, [wanted]);
  return values;
}

/** A bound tensor whose buffer is full of NaN, its padding too. */
export function poisoned(gpu: Gpu, shape: readonly number[], dtype: DType = 'f32'): Tensor {
  const made = emptyTensor(gpu, shape, dtype, 'poisoned');
  const { buffer } = boundRange(made);
  gpu.device.queue.writeBuffer(buffer, 0, new Uint32Array(made.bytes / 4).fill(0x7fc00000));
  return made;
}

/** Makes bound tensors, and frees them all at once. */
export class Inputs {
  readonly #made: Tensor[] = [];
  constructor(private readonly gpu: Gpu) {}

  put(values: ArrayLike<number>, shape?: readonly number[], dtype: DType = 'f32'): Tensor {
    const made = tensor(this.gpu, values, shape, dtype);
    this.#made.push(made);
    return made;
  }

  poisoned(shape: readonly number[], dtype: DType = 'f32'): Tensor {
    const made = poisoned(this.gpu, shape, dtype);
    this.#made.push(made);
    return made;
  }

  dispose(): void {
    for (const made of this.#made.splice(0)) made.dispose();
  }
}

/** What a test of a kernel works with. */
export interface Recording {
  readonly gpu: Gpu;
  readonly tape: Tape;
  readonly memory: Inputs;
  readonly state: Tensor;
}

/**
 * Opens a tape with a place for inputs and the state of a run; they are freed when the test ends.
 * @param values the state's values; without them the state is not written
 */
export async function recording(values?: Parameters<typeof writeState>[2], gpu?: Gpu): Promise<Recording> {
  const on = gpu ?? (await sharedGpu());
  const state = forThisTest(makeState(on));
  if (values) writeState(on, state, values);
  return { gpu: on, tape: makeTape(on), memory: forThisTest(new Inputs(on)), state };
}
