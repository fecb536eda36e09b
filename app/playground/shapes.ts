/** The properties of examples that a model depends on. */

export interface ExampleShape {
  /** The height, width and channels of an example. */
  shape: number[];
  /** The names of the classes, if there are any. */
  classes?: string[];
}

export const featuresOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Returns whether the examples have several classes, so that a model can be conditional. */
export const tellable = (classes: readonly string[] = []): boolean => classes.length > 1;
