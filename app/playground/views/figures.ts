/** The statistics of every column or pixel that a normalisation uses. */
import { byId, figure, h, tableOf } from '../dom.ts';
import { normalizingWords } from '../normalizing.ts';
import type { Normalizing } from '../shapes.ts';
import type { ColumnFigures, Opened } from '../protocol.ts';
import { paintTiles } from './tiles.ts';

export function showFigures({ figures, columns, shape }: Opened['data'], normalizing: Normalizing): void {
  const scaling = figures && figuresUsed(figures, normalizing);
  if (!scaling) byId('columns').replaceChildren();
  else if (columns) byId('columns').replaceChildren(columnTable(columns, scaling, normalizing));
  else showPixels(shape, scaling);
}

/** Two statistics of every column or pixel, with their names. */
type Scaling = [name: string, values: Float32Array][];

/** Returns the statistics that a normalisation uses. */
const figuresUsed = ({ least, most, mean, deviation }: ColumnFigures, normalizing: Normalizing): Scaling =>
  normalizing === 'standardize'
    ? [
        ['mean', mean],
        ['deviation', deviation],
      ]
    : [
        ['least', least],
        ['largest', most],
      ];

function columnTable(columns: string[], scaling: Scaling, normalizing: Normalizing): HTMLTableElement {
  const first = normalizing === 'none' ? 'column' : `column, ${normalizingWords[normalizing]}`;
  const head = [first, ...scaling.map(([name]) => name)];
  return tableOf(
    head,
    columns.map((column, i) => [column, ...scaling.map(([, values]) => figure(values[i]))]),
  );
}

/** Shows two statistics of every pixel as two pictures. */
function showPixels(shape: number[], scaling: Scaling): void {
  const names = scaling.map(([name]) => name).join(' and ');
  const canvas = h('canvas', { role: 'img', 'aria-label': `The pixels’ ${names}, as pictures` });
  byId('columns').replaceChildren(
    h('p', { className: 'hint' }, `Of each pixel, its ${names} among the examples trained on:`),
    canvas,
  );
  paintTiles(
    canvas,
    { kind: 'image', shape },
    Float32Array.from(scaling.flatMap(([, values]) => [...values])),
    scaling.length,
  );
}
