import { byId, figure, h, tableOf } from '../dom.ts';
import { pictureButton } from '../picture/save.ts';
import type { Opened } from '../protocol.ts';
import { paintTiles } from './tiles.ts';

/** The most rows that are shown; the file has all of them. */
export const mostShown = 50;
const tiles = 12;

/** Shows the examples with the largest errors, with the names that the visitor knows. */
export function showStrangest(
  set: Opened['data'],
  examples: number[],
  flagged: number,
  scores: Float32Array,
  values: Float32Array,
): void {
  const { names, labels, classes } = set;
  if (!examples.length) {
    byId('strangest').replaceChildren(
      h('p', {}, 'Nothing is above the limit: several examples share the largest error.'),
    );
    return;
  }
  const canvas = h('canvas', {
    id: 'strangest-tiles',
    role: 'img',
    'aria-label': 'The examples with the largest errors',
  });
  const head = ['example', 'error', ...(labels ? ['class'] : [])];
  const rows = examples.map((example) => [
    names[example],
    figure(scores[example]),
    ...(labels ? [classes[labels[example]]] : []),
  ]);
  const shown = examples.length < flagged ? ` These are the first ${examples.length}; the file has all.` : '';
  byId('strangest').replaceChildren(
    h('p', {}, `Flagged, the largest error first.${shown}`),
    canvas,
    pictureButton('strangest examples', 'strangest-tiles'),
    h(
      'div',
      { className: 'scrolled', tabIndex: 0, role: 'region', 'aria-label': 'Flagged examples' },
      tableOf(head, rows),
    ),
  );
  paintTiles(canvas, set.shape, values, Math.min(examples.length, tiles));
}
