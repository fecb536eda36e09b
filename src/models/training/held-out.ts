import type { Dataset } from '../../data/dataset.ts';
import { DataError } from '../../errors.ts';
import type { Scope } from '../../runtime/scope.ts';
import type { AnyLoss } from './losses.ts';
import type { Trainable } from './trainable.ts';

/**
 * Splits the validation part off by the model's seed, or uploads the given one. The scope owns the results.
 * @throws DataError where one part would be empty
 */
export async function splitOff<L extends AnyLoss, D>(
  scope: Scope,
  where: string,
  { seed, put }: Pick<Trainable<L, D>, 'seed' | 'put'>,
  all: Dataset,
  validation: D | number | undefined,
): Promise<{ training: Dataset; held?: Dataset }> {
  if (validation === undefined) return { training: all };
  if (typeof validation === 'number') {
    const kept = Math.round(all.length * (1 - validation));
    if (kept < 1 || kept >= all.length)
      throw new DataError(
        `${where}: a validation of ${validation} of ${all.length} examples leaves no example to ${kept < 1 ? 'train' : 'validate'} on; give more examples, or separate data as \`validation\``,
      );
    const [training, held] = all.split(1 - validation, { seed }).map((part) => scope.own(part));
    return { training, held };
  }
  const { set, release } = await put(`${where}: validation`, validation);
  scope.defer(release);
  return { training: all, held: set };
}
