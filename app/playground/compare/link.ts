/**
 * Writes and reads a further model as a part of a link: `variational*beta*4` is a preset with the settings that differ
 * from it.
 */
import { seconds } from '../presets.ts';
import { readers } from '../readers.ts';
import type { Compared } from '../settings.ts';
import { own } from './choice.ts';

export const toText = ({ preset, ...differing }: Compared): string =>
  [preset, ...Object.entries(differing).flatMap(([name, value]) => [name, String(value)])].join('*');

/** Returns the model in a text; undefined if the text is not one. */
export function fromText(text: string): Compared | undefined {
  const [preset, ...rest] = text.split('*');
  if (!seconds.includes(preset) || rest.length % 2) return undefined;
  const compared: Compared = { preset };
  for (let i = 0; i < rest.length; i += 2) {
    const name = own.find((known) => known === rest[i]);
    const value = name && readers[name](rest[i + 1]);
    if (!name || value === undefined) return undefined;
    Object.assign(compared, { [name]: value });
  }
  return compared;
}

/** Reads an older link, which had one second model with its own code size and loss. */
export function fromFormer(second: string, beta: string | undefined): Compared | undefined {
  const read = fromText(second);
  const weight = beta === undefined ? undefined : readers.beta(beta);
  return read && (weight === undefined ? read : { ...read, beta: weight });
}
