import { partialSumConstants, partialSumsShader, sumKinds } from '../../shaders/partial-sums.ts';
import type { Rest, Tape } from '../runtime/tape.ts';
import { Tensor, type BufferRange } from '../runtime/tensor.ts';
import { recordStage, stageOf, sumRowsInto } from './reduce.ts';

/** Strips that a workgroup adds up for an output, and those of a folded sum, whose strips are four sums side by side. */
const mostStrips = 64;
const mostFolded = 16;

/** Sums of one dispatch. */
const mostSums = 32;

/**
 * Sums x, seen as rows as long as y, into the gradient y: at first stages that make long sums shorter, and then, in one dispatch for all gradients that
 * have been left to it, the rest. The additions and their order are those of `sumRowsInto`. Of rows that are more than `partial` sums, which nothing else
 * reads, one stage at the least is recorded at once. No gradient rule.
 */
export function sumRowsLater(tape: Tape, x: Tensor, y: Tensor, { partial = false } = {}): void {
  const inner = y.size;
  let [from, length] = [x, x.size / inner];
  for (;;) {
    const { lanes, parts } = stageOf(length, inner);
    if (parts <= (lanes > 1 ? mostFolded : mostStrips)) break;
    from = recordStage(tape, from, { outer: 1, length, inner });
    length = parts * lanes;
  }
  if (from === x && !partial) return sumRowsInto(tape, x, y);
  tape.leave({ x: from, y, length }, (rests) => addUp(tape, rests));
}

/** Of those whose gradients lie in one buffer, as a model's do, one dispatch; of a gradient that lies nowhere yet, the stages that a sum always has. */
function addUp(tape: Tape, rests: readonly Rest[]): void {
  const buffers = new Map<GPUBuffer, Placed[]>();
  for (const rest of rests) {
    const { home } = rest.y;
    if (!('range' in home)) sumRowsInto(tape, rest.x, rest.y);
    else buffers.set(home.range.buffer, [...(buffers.get(home.range.buffer) ?? []), { ...rest, range: home.range }]);
  }
  for (const all of buffers.values())
    for (let i = 0; i < all.length; i += mostSums) addUpPlaced(tape, all.slice(i, i + mostSums));
}

type Placed = Rest & { readonly range: BufferRange };

function addUpPlaced(tape: Tape, rests: readonly Placed[]): void {
  const { gpu } = tape;
  const x = tape.join(rests.map((rest) => rest.x));
  const offset = Math.min(...rests.map(({ range }) => range.offset));
  const end = Math.max(...rests.map(({ range, y }) => range.offset + y.bytes));
  const y = new Tensor([(end - offset) / 4], 'f32', 'gradients', { gpu, range: { ...rests[0].range, offset } });
  let workgroups = 0;
  const sums = rests.map((rest) => {
    const { lanes, wide, steps, across, parts } = stageOf(rest.length, rest.y.size);
    const begin = workgroups;
    workgroups += Math.ceil(across / Math.floor(mostStrips / parts));
    return {
      begin,
      x: tape.parts.get(rest.x)!.offset / 4,
      y: (rest.range.offset - offset) / 4,
      across,
      length: steps,
      strips: parts,
      kind: lanes > 1 ? sumKinds.folded : wide ? sumKinds.wide : sumKinds.narrow,
      add: Number(tape.adds(rest.y)),
    };
  });
  tape.run(partialSumsShader(sums.length), { x, y }, { constants: partialSumConstants(sums), workgroups });
}
