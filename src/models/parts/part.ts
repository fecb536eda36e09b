/** A part of a model, with what is needed to write it down and to make it again. */
export interface Part {
  /** The name of its maker. */
  readonly name: string;
  /** The arguments of its maker, with the defaults filled in. They survive JSON. */
  readonly args: readonly unknown[];
}

/** Parts as plain data. */
export const written = (parts: readonly Part[]): Part[] => parts.map(({ name, args }) => ({ name, args }));
