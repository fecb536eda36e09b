/** The properties of examples that a model depends on. */
import type { Settings } from './settings.ts';

export type ExampleKind = 'image' | 'table';

/** The shape of an example: an image's height, width and channels, or a row's number of columns. */
export interface ExampleShape {
  kind: ExampleKind;
  shape: number[];
  /** The names of the classes, if there are any. */
  classes?: string[];
}

export const featuresOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Returns whether the examples have several classes, so that a model can be conditional. */
export const tellable = (classes: readonly string[] = []): boolean => classes.length > 1;

export type Normalizing = Exclude<Settings['normalize'], 'auto'>;

/**
 * Returns the visitor's choice. By default, the columns of a table are normalised as suits the loss, since their units
 * differ; pixels are not.
 */
export function normalizingOf({ normalize, loss }: Settings, kind: ExampleKind): Normalizing {
  if (normalize !== 'auto') return normalize;
  if (kind === 'image') return 'none';
  return loss === 'bce' ? 'minMax' : 'standardize';
}
