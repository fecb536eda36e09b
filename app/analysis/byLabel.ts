import type { Autoencoder } from '../../src/index.ts';

/** What a model that is told labels makes of the same few draws with each of them: a row a label. */
export async function drawnByLabel(
  model: Autoencoder,
  classes: number,
  columns: number,
): Promise<{ label: string; images: Float32Array }[]> {
  const rows = [];
  for (let label = 0; label < classes; label++)
    rows.push({ label: `${label}`, images: (await model.sample(columns, { label, seed: 1 })).data });
  return rows;
}
