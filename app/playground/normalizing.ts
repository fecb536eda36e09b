import type { ExampleKind, Normalizing } from './shapes.ts';
import type { Settings } from './settings.ts';

/** Each normalisation in a few words. */
export const normalizingWords: Record<Normalizing, string> = {
  none: 'as they are',
  minMax: 'scaled to 0 … 1',
  standardize: 'standardized',
};

/** Returns a sentence on the normalisation of the values, which is undone in the outputs. */
export function normalizingSentence(normalizing: Normalizing, kind: ExampleKind): string {
  const [one, all] = kind === 'image' ? ['pixel', 'Pixels'] : ['column', 'Columns'];
  if (normalizing === 'minMax') return `Each ${one} goes in scaled to 0 … 1: its range among the examples trained on.`;
  if (normalizing === 'standardize')
    return `Each ${one} goes in standardized: less its mean, divided by its deviation, both of the examples trained on.`;
  return `${all} go in as they are.`;
}

/**
 * Returns why a loss and a normalisation do not fit together; undefined if they do, as with `auto`. `beyond` is the
 * name of a column with values outside of [0, 1], if there is one.
 */
export function whyNot({ loss, normalize }: Settings, beyond: string | undefined): string | undefined {
  if (loss !== 'bce') return undefined;
  if (normalize === 'standardize')
    return 'BCE asks for values from 0 to 1, and standardized ones lie on both sides of 0. MSE takes them.';
  if (normalize === 'none' && beyond !== undefined)
    return `BCE asks for values from 0 to 1, and the column ${beyond} has others. Scale them to 0 … 1, or take MSE.`;
  return undefined;
}
