/** Something that models are made of, with what it takes to write it down and to make it again. */
export interface Part {
  /** What its maker is called. */
  readonly name: string;
  /** What its maker was called with, the defaults filled in. Everything in here survives JSON. */
  readonly args: readonly unknown[];
}

/** As plain data. */
export const written = (parts: readonly Part[]): Part[] => parts.map(({ name, args }) => ({ name, args }));
