/** For models that are trained against a discriminator. */
import type { Matrix } from '../../src/index.ts';

/** The values of all weights by name. */
export const valuesOf = async (model: { weights(): Promise<Record<string, Matrix>> }) =>
  Object.fromEntries(Object.entries(await model.weights()).map(([name, { data }]) => [name, data]));

export const ofDiscriminator = (name: string): boolean => name.startsWith('discriminator.');

/** The names of the discriminator's weights, and those of the model's own. */
export const bySide = (weights: object): { rival: string[]; own: string[] } => {
  const names = Object.keys(weights);
  return { rival: names.filter(ofDiscriminator), own: names.filter((name) => !ofDiscriminator(name)) };
};
