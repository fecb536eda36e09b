import type { Gpu } from '../../runtime/device.ts';

/** What may have to load or compile something before it is recorded. */
export interface Preparable {
  /** Loads or compiles what recording needs. @throws OptionError where that fails; DeviceLostError */
  prepare?(gpu: Gpu): Promise<void>;
}

/** A part of a model, with the name and the arguments that make the same part again. */
export interface Part extends Preparable {
  /** The name of its maker. */
  readonly name: string;
  /** The arguments of its maker, with the defaults filled in. They survive JSON. */
  readonly args: readonly unknown[];
}

/** Returns parts as plain data. */
export const written = (parts: readonly Part[]): Part[] => parts.map(({ name, args }) => ({ name, args }));

/** Prepares parts for their first use, all at once. @throws the error of the first one that fails */
export async function prepareAll(parts: readonly Preparable[], gpu: Gpu): Promise<void> {
  await Promise.all(parts.map(async (part) => part.prepare?.(gpu)));
}
