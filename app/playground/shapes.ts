/** What there is to know of examples before a model of them is made. */
import type { Settings } from './settings.ts';

export type ExampleKind = 'image' | 'table';

/** What there is to know of an example: an image's height, width and channels, or a row's columns. */
export interface ExampleShape {
  kind: ExampleKind;
  shape: number[];
  /** the names of their classes, if they have any */
  classes?: string[];
}

export const featuresOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Whether there is a class to tell of each example. */
export const tellable = (classes: readonly string[] = []): boolean => classes.length > 1;

export type Normalizing = Exclude<Settings['normalize'], 'auto'>;

/** What the visitor chose; else the columns of a table, whose units differ, are brought to one scale that suits the loss, and pixels have one. */
export function normalizingOf({ normalize, loss }: Settings, kind: ExampleKind): Normalizing {
  if (normalize !== 'auto') return normalize;
  if (kind === 'image') return 'none';
  return loss === 'bce' ? 'minMax' : 'standardize';
}
