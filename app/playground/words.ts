/** The texts of the page about an open model. */
import type { Opened } from './protocol.ts';
import type { Settings } from './settings.ts';

const begun: Record<Opened['origin'], string> = {
  new: 'A new model',
  bundled: 'Already trained: Play continues, Start over begins with random weights',
  saved: 'Restored from this browser: Play continues where it stopped',
};

export const aboutModel = ({ origin, adapter, data }: Opened): string =>
  `${begun[origin]}. ${data.count.toLocaleString('en')} examples of ${data.name}, ${adapter.software ? 'WebGPU runs on the processor here' : `on ${adapter.name}`}.`;

/** The text during training: what a visitor can do meanwhile. */
export const aboutTraining: Record<Settings['model'], string> = {
  autoencoder: 'Training. Drag on the map, draw, change the learning rate: training goes on meanwhile.',
  gan: 'Training. The samples are always of the same codes. Change a learning rate: training goes on meanwhile.',
};

export function aboutShown({ data, shown }: Opened): string {
  const which =
    data.trained === data.count
      ? 'it was trained on, as there are too few to hold any out'
      : 'it has not been trained on';
  return `Examples ${which}, with their reconstructions below: ${namesOf(data.names, shown.rows)}.`;
}

/** Returns the names of several examples for a sentence, such as 'test images 8, 3, 5' or 'cat.png, dog.png'. */
export function namesOf(names: readonly string[], examples: number[]): string {
  const chosen = examples.map((example) => names[example]);
  const [one] = /^\D+ (?=\d+$)/.exec(chosen[0]) ?? [];
  if (!one || chosen.length === 1 || !chosen.every((name) => name.startsWith(one))) return chosen.join(', ');
  return `${one.trim()}s ${chosen.map((name) => name.slice(one.length)).join(', ')}`;
}

/** Returns the names of the shown examples with their classes, such as 'test image 3 (7)'. */
export const namesOfShown = ({ data: { names, labels, classes }, shown }: Opened): string[] =>
  shown.rows.map((row) => `${names[row]}${labels ? ` (${classes[labels[row]]})` : ''}`);

/** Returns a sentence on the parts of a link that could not be used; empty if all of them were. */
export const aboutLeftOut = (unknown: string[], unfit: string | undefined): string =>
  [
    ...(unknown.length ? [`Parts of this link are not understood and were left out: ${unknown.join(', ')}.`] : []),
    ...(unfit ? [`The normalisation of this link was left out. ${unfit}`] : []),
  ].join(' ');
