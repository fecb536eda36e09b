/** What a model that is told labels makes of one thing with each of them. */
import type { Autoencoder, Matrix } from '../../../src/index.ts';
import { drawnByLabel } from '../../analysis/byLabel.ts';
import { samplesAcross } from '../protocol.ts';
import type { Collection } from './examples.ts';

/** Labels that are shown side by side. */
const most = 20;
const shownOf = ({ classes = [] }: Collection): number => Math.min(most, classes.length);

/** The same few draws for each label, label after label. */
export async function samplesOfEachLabel(model: Autoencoder, collection: Collection): Promise<Float32Array> {
  const rows = await drawnByLabel(model, shownOf(collection), samplesAcross);
  return joined(rows.map(({ images }) => images));
}

/** One code decoded with each label. */
export async function withEachLabel(
  model: Autoencoder,
  collection: Collection,
  { data }: Matrix,
): Promise<Float32Array> {
  const labels = Array.from({ length: shownOf(collection) }, (_, label) => label);
  return (await model.decode(joined(labels.map(() => data)), { labels })).data;
}

function joined(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
