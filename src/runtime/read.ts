import { LatentGpuError } from '../errors.ts';
import { shown } from './options.ts';
import { compile } from './plan.ts';
import { scoped } from './scope.ts';
import { Tape } from './tape.ts';
import { readTensors, Tensor, type Matrix } from './tensor.ts';

/**
 * Reads a tensor back. A recorded one is computed first, with everything it depends on, in one submit; the rest of its
 * tape is left out. Indices come as whole numbers in a Float32Array, exact up to 2²⁴.
 */
export async function read(tensor: Tensor): Promise<Matrix> {
  const [matrix] = await readAll([tensor]);
  return matrix;
}

/** Reads several tensors of one tape, with one run and one readback. */
export async function readAll(tensors: readonly Tensor[]): Promise<Matrix[]> {
  const other = tensors.findIndex((each) => !(each instanceof Tensor));
  if (other >= 0) throw new LatentGpuError(`read: takes tensors, not ${shown(tensors[other])}`);
  const homes = tensors.map((each) => each.home);
  const tapes = new Set(homes.flatMap((home) => ('tape' in home && home.tape instanceof Tape ? [home.tape] : [])));
  if (tapes.size > 1) throw new LatentGpuError('read: the tensors come from different tapes');
  const [tape] = tapes;
  if (!tape) return toMatrices(tensors, homes[0] && 'gpu' in homes[0] ? await readTensors(homes[0].gpu, tensors) : []);
  const recorded = tensors.filter((each) => 'tape' in each.home);
  return scoped(async (scope) => {
    const plan = scope.own(await compile(tape, new Set([...tape.kept, ...recorded])));
    await plan.run();
    const placed = tensors.map((each) =>
      'tape' in each.home
        ? new Tensor(each.shape, each.dtype, each.label, { gpu: tape.gpu, range: plan.range(each) })
        : each,
    );
    return toMatrices(tensors, await readTensors(tape.gpu, placed));
  });
}

function toMatrices(tensors: readonly Tensor[], values: readonly (Float32Array | Uint32Array)[]): Matrix[] {
  return tensors.map(({ shape }, i) => ({ data: Float32Array.from(values[i]), shape: [...shape] }));
}
