/** Outputs of a conditional model for each label. */
import type { Autoencoder, Matrix } from '../../../src/index.ts';
import { drawnByLabel } from '../../analysis/byLabel.ts';
import { samplesAcross } from '../protocol.ts';
import type { Collection } from './examples.ts';

/** The most labels that are shown side by side. */
const most = 20;
const shownOf = ({ classes = [] }: Collection): number => Math.min(most, classes.length);

/** Returns samples of the same few draws for each label, label by label. */
export async function samplesOfEachLabel(model: Autoencoder, collection: Collection): Promise<Float32Array> {
  const rows = await drawnByLabel(model, shownOf(collection), samplesAcross);
  return joined(rows.map(({ images }) => images));
}

/** Decodes one code with each label. */
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
