import type { Dataset } from '../../data/dataset.ts';
import { DivergedError } from '../../errors.ts';
import type { StateValues } from '../../runtime/state.ts';
import type { AnyLoss } from './losses.ts';
import type { Undo } from './in-step.ts';
import type { PhaseStep } from './phase-step.ts';
import type { Trainable } from './trainable.ts';

/**
 * Restores all weights from before a step that diverged, and returns the error.
 * @param undos what undoes the changes of phases beside their updates
 * @param advised whether no update of the fit had been made yet, so that a smaller learning rate would not help
 */
export async function diverged<L extends AnyLoss>(
  { owner, phases, normalized }: Trainable<L, never>,
  recorded: readonly PhaseStep[],
  { step, halted, bad }: StateValues,
  data: Dataset,
  advised: boolean,
  undos: readonly Undo[],
): Promise<DivergedError> {
  const earlier = [...recorded.slice(0, halted), ...undos.filter(({ phase }) => phase <= halted)];
  const takeBack = (encoder: GPUCommandEncoder) => earlier.forEach((each) => each.takeBack(encoder));
  if (earlier.length) await owner.turns.take(() => owner.gpu.submit(takeBack));
  return new DivergedError(step + 1, recorded[halted].nameOf(bad), {
    ...(advised && { advice: adviceBeforeUpdates(data, normalized) }),
    ...(phases.length > 1 && { phase: phases[halted].name }),
  });
}

function adviceBeforeUpdates(data: Dataset, normalized: boolean | undefined): string {
  const { least, most } = data.storage.range;
  const largest = Math.max(-least, most);
  const help =
    largest > 10 && !normalized
      ? `bring it near 1 with \`scale\` in dataset()${normalized === false ? ', or with `normalize` in the model' : ''}`
      : 'the weights it starts from, or the factors of its penalties, are too large';
  return `no update of this fit has been made, so its learning rate is not the cause: the data's largest absolute value is ${Number(largest.toPrecision(4))}; ${help}`;
}
