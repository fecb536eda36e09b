/** The statistics of every pixel that a normalisation uses. */
import { byId, h } from '../dom.ts';
import type { Normalizing } from '../normalizing.ts';
import type { Opened, PixelFigures } from '../protocol.ts';
import { paintTiles } from './tiles.ts';

/** Shows two statistics of every pixel as two pictures; nothing for pixels that go in as they are. */
export function showFigures({ figures, shape }: Opened['data'], normalizing: Normalizing): void {
  if (!figures) return byId('pixels').replaceChildren();
  const scaling = figuresUsed(figures, normalizing);
  const names = scaling.map(([name]) => name).join(' and ');
  const canvas = h('canvas', { role: 'img', 'aria-label': `The pixels’ ${names}, as pictures` });
  byId('pixels').replaceChildren(
    h('p', { className: 'hint' }, `Of each pixel, its ${names} among the examples trained on:`),
    canvas,
  );
  paintTiles(canvas, shape, Float32Array.from(scaling.flatMap(([, values]) => [...values])), scaling.length);
}

/** Returns the statistics that a normalisation uses, with their names. */
const figuresUsed = (
  { least, most, mean, deviation }: PixelFigures,
  normalizing: Normalizing,
): [name: string, values: Float32Array][] =>
  normalizing === 'standardize'
    ? [
        ['mean', mean],
        ['deviation', deviation],
      ]
    : [
        ['least', least],
        ['largest', most],
      ];
