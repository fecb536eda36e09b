/** Which dispatches of a tape are needed, and which of their tensors may share a buffer. */
import { LatentGpuError } from '../errors.ts';
import { buffersOf, type Dispatch, type Tape } from './tape.ts';
import type { Tensor } from './tensor.ts';

/** Returns the tensors that a dispatch writes. */
export const writes = ({ shader, tensors }: Dispatch): Tensor[] =>
  tensors.filter((_, i) => buffersOf(shader)[i].access === 'read_write');

/** The tensors whose earlier contents a dispatch uses, gradients that it adds to included. */
function reads({ shader, tensors, constants }: Dispatch): Tensor[] {
  return tensors.filter((_, i) => {
    const { name, access } = buffersOf(shader)[i];
    return access === 'read' || constants[`add_${name}`] === true;
  });
}

/** Returns the tensor that owns the buffer: the tensor itself, or the one that it is a part of. */
export const wholeOf = (tensor: Tensor): Tensor => tensor.part?.whole ?? tensor;

/** Removes dispatches that nothing depends on, such as the gradient with respect to the data. */
export function needed(tape: Tape, kept: ReadonlySet<Tensor>): Dispatch[] {
  const wanted = new Set([...kept].map(wholeOf));
  const found = tape.dispatches.toReversed().filter((dispatch) => {
    if (!writes(dispatch).some((tensor) => 'range' in tensor.home || wanted.has(wholeOf(tensor)))) return false;
    for (const tensor of reads(dispatch)) wanted.add(wholeOf(tensor));
    return true;
  });
  return found.reverse();
}

/**
 * Gives every recorded tensor a buffer. Two tensors share one if the last use of the first comes before the second is
 * written. Of the free buffers it takes the tightest fit, or grows the largest. Two live tensors never share a buffer:
 * a dispatch may not read and write the same one.
 */
export function assignSlots(
  dispatches: readonly Dispatch[],
  kept: ReadonlySet<Tensor>,
): { list: { bytes: number; label: string }[]; of: Map<Tensor, number> } {
  const lastUse = new Map<Tensor, number>();
  dispatches.forEach((dispatch, i) => dispatch.tensors.forEach((tensor) => lastUse.set(tensor, i)));
  const list: { bytes: number; label: string }[] = [];
  const of = new Map<Tensor, number>();
  const free: number[] = [];
  dispatches.forEach((dispatch, i) => {
    const fresh = writes(dispatch).filter((tensor) => 'tape' in tensor.home && !of.has(tensor));
    const unwritten = reads(dispatch).find((tensor) => 'tape' in tensor.home && !of.has(tensor));
    if (unwritten)
      throw new LatentGpuError(`${dispatch.shader.label} reads ${unwritten.label}, which no kernel has written`);
    for (const tensor of fresh) {
      const best = free.toSorted((a, b) => fit(list[a].bytes, tensor.bytes) - fit(list[b].bytes, tensor.bytes))[0];
      const slot = best ?? list.push({ bytes: 0, label: tensor.label }) - 1;
      if (best !== undefined) free.splice(free.indexOf(best), 1);
      list[slot].bytes = Math.max(list[slot].bytes, tensor.bytes);
      of.set(tensor, slot);
    }
    for (const tensor of new Set(dispatch.tensors)) {
      if (of.has(tensor) && lastUse.get(tensor) === i && !kept.has(tensor)) free.push(of.get(tensor)!);
    }
  });
  const unwritten = [...kept].find((tensor) => 'tape' in tensor.home && !of.has(tensor));
  if (unwritten) throw new LatentGpuError(`${unwritten.label} was kept, but no kernel writes it`);
  return { list, of };
}

/**
 * Rates a buffer for a need: the wasted size if it is large enough, or else a larger number for the size that it lacks.
 */
const fit = (has: number, needs: number): number => (has >= needs ? has - needs : 2 ** 40 + needs - has);
