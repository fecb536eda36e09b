import type { ExampleKind, Normalizing } from './shapes.ts';
import type { Settings } from './settings.ts';

/** In a few words, behind what is normalised. */
export const normalizingWords: Record<Normalizing, string> = {
  none: 'as they are',
  minMax: 'scaled to 0 … 1',
  standardize: 'standardized',
};

/** What happens to the values before the model sees them; it is undone in what comes out. */
export function normalizingSentence(normalizing: Normalizing, kind: ExampleKind): string {
  const [one, all] = kind === 'image' ? ['pixel', 'Pixels'] : ['column', 'Columns'];
  if (normalizing === 'minMax') return `Each ${one} goes in scaled to 0 … 1: its range among the examples trained on.`;
  if (normalizing === 'standardize')
    return `Each ${one} goes in standardized: less its mean, divided by its deviation, both of the examples trained on.`;
  return `${all} go in as they are.`;
}

/**
 * Why a loss and a normalisation do not go together, if they do not. `beyond`: the name of a column with values outside of [0, 1], if the data
 * have one. Left to the data, they always do.
 */
export function whyNot({ loss, normalize }: Settings, beyond: string | undefined): string | undefined {
  if (loss !== 'bce') return undefined;
  if (normalize === 'standardize')
    return 'BCE asks for values from 0 to 1, and standardized ones lie on both sides of 0. MSE takes them.';
  if (normalize === 'none' && beyond !== undefined)
    return `BCE asks for values from 0 to 1, and the column ${beyond} has others. Scale them to 0 … 1, or take MSE.`;
  return undefined;
}
