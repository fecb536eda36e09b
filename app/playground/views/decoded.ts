import { byId, figure, tableOf } from '../dom.ts';
import { paintTiles, type TileKind } from './tiles.ts';

/** Shows the example decoded at the cross; for a table also its numbers. */
export function showDecoded(tile: TileKind, values: Float32Array, columns: string[] | undefined): void {
  paintTiles(byId<HTMLCanvasElement>('decoded'), tile, values, 1);
  byId('decoded-columns').hidden = !columns;
  const rows = columns?.map((column, i) => [column, figure(values[i])]);
  if (rows) byId('decoded-columns').replaceChildren(tableOf(['column', 'decoded'], rows));
}
