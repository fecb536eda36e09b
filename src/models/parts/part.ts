/** A part of a model, with the name and the arguments that make the same part again. */
export interface Part {
  /** The name of its maker. */
  readonly name: string;
  /** The arguments of its maker, with the defaults filled in. They survive JSON. */
  readonly args: readonly unknown[];
}

/** Returns parts as plain data. */
export const written = (parts: readonly Part[]): Part[] => parts.map(({ name, args }) => ({ name, args }));
