import type { Settings } from './settings.ts';

export type Normalizing = Settings['normalize'];

/** Each normalisation in a few words. */
export const normalizingWords: Record<Normalizing, string> = {
  none: 'as they are',
  minMax: 'scaled to 0 … 1',
  standardize: 'standardized',
};

/** Each normalisation in a sentence; it is undone in the outputs. */
export const normalizingSentences: Record<Normalizing, string> = {
  none: 'Pixels go in as they are.',
  minMax: 'Each pixel goes in scaled to 0 … 1: its range among the examples trained on.',
  standardize:
    'Each pixel goes in standardized: less its mean, divided by its deviation, both of the examples trained on.',
};

/** Returns why a loss and a normalisation do not fit together; undefined if they do. */
export const whyNot = ({ loss, normalize }: Settings): string | undefined =>
  loss === 'bce' && normalize === 'standardize'
    ? 'BCE asks for values from 0 to 1, and standardized ones lie on both sides of 0. MSE takes them.'
    : undefined;
