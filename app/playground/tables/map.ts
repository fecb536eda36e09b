/** The map of the rows: a dot for each at its code, coloured by a column, and rings around the anomalies. */
import type { ColumnFacts } from '../../table/job.ts';
import { byId, h, writeText } from '../dom.ts';
import { context2d, fitted, onTheme, rgb, styled, theme } from '../look.ts';
import { DotPainter, sightOf, type Sight } from '../views/points.ts';
import { coloringOf, type Coloring } from './colors.ts';
import type { ColumnValues, RowMap } from './protocol.ts';

/** The name of the colouring by score, which is the default. */
const byScore = 'how strange';

export interface MapLinks {
  values(column: string): Promise<ColumnValues>;
  color(column: string | undefined): void;
  /** Called with the number of a row, counted from 0, that the visitor chooses. */
  chosen(row: number): void;
  trouble(error: unknown): void;
}

export class RowMapView {
  readonly #points = byId<HTMLCanvasElement>('t-points');
  readonly #over = byId<HTMLCanvasElement>('t-over');
  readonly #color = byId<HTMLSelectElement>('t-color');
  readonly #painter = new DotPainter(this.#points);
  #map: RowMap | undefined;
  #scores: ColumnValues | undefined;
  #column: ColumnValues | undefined;
  #coloring: Coloring | undefined;
  #sight: Sight = { x: 0, y: 0, reach: 1 };
  #strange: ArrayLike<number> = [];
  #chosen = -1;

  constructor(private readonly links: MapLinks) {
    this.#color.addEventListener('change', () => {
      const { value } = this.#color;
      links.color(value === '' ? undefined : value);
      this.#recolor().catch((error: unknown) => links.trouble(error));
    });
    this.#over.addEventListener('click', (event) => this.#point(event));
    new ResizeObserver(() => this.#draw()).observe(this.#points);
    onTheme(() => {
      if (this.#column) this.#coloring = coloringOf(this.#column);
      this.#draw();
      this.#legend();
    });
  }

  /** Shows the rows; `scores` has the score of each row in the order of the file. */
  async open(
    map: RowMap,
    scores: Float32Array,
    columns: readonly ColumnFacts[],
    label?: string,
    color?: string,
  ): Promise<void> {
    this.#map = map;
    this.#sight = sightOf(map.points);
    this.#chosen = -1;
    this.#scores = { kind: 'number', values: scores.map((score) => Math.log10(Math.max(score, 1e-6))) };
    const names = [...columns.map(({ name }) => name), ...(label === undefined ? [] : [label])];
    this.#color.replaceChildren(
      h('option', { value: '' }, byScore),
      ...names.map((name) => h('option', { value: name, selected: name === color }, name)),
    );
    const { size, share } = map;
    writeText(
      byId('t-map-caption'),
      `${size === 2 ? 'The codes, two numbers each' : `The two directions in which the codes, ${size} numbers each, vary most: ${Math.round(100 * share)} % of it`}. Rings are strange rows; press a dot to see its row.`,
    );
    await this.#recolor();
  }

  strange(rows: ArrayLike<number>): void {
    this.#strange = rows;
    this.#drawOver();
  }

  choose(row: number): void {
    this.#chosen = row;
    this.#drawOver();
  }

  async #recolor(): Promise<void> {
    const { value } = this.#color;
    this.#column = value === '' ? this.#scores : await this.links.values(value);
    this.#coloring = this.#column && coloringOf(this.#column);
    this.#draw();
    this.#legend();
  }

  #legend(): void {
    const logarithms = this.#column === this.#scores;
    byId('t-legend').replaceChildren(
      ...(this.#coloring?.legend ?? []).map(({ words, color }) =>
        h(
          'li',
          { className: 't-color' },
          h('i', { style: `background: rgb(${color.join()})` }),
          logarithms ? `score ${Number((10 ** Number(words)).toPrecision(2))}` : words,
        ),
      ),
    );
  }

  #draw(): void {
    if (!this.#map || !this.#coloring) return;
    fitted(this.#points);
    const { points } = this.#map;
    const { labels, colors } = this.#coloring;
    this.#painter.paint(
      { from: points, to: points, way: 1, labels, colors, opacity: colors.map(() => 1), paper: rgb(theme().paper) },
      this.#sight,
    );
    this.#drawOver();
  }

  #drawOver(): void {
    if (!this.#map) return;
    fitted(this.#over);
    const { width, height } = this.#over;
    const context = context2d(this.#over);
    context.clearRect(0, 0, width, height);
    const scale = width / 2 / this.#sight.reach;
    const ring = (row: number, radius: number) => {
      const [x, y] = [this.#map!.points[2 * row], this.#map!.points[2 * row + 1]];
      context.beginPath();
      context.arc(width / 2 + (x - this.#sight.x) * scale, height / 2 - (y - this.#sight.y) * scale, radius, 0, 7);
      context.stroke();
    };
    context.strokeStyle = styled('second');
    context.lineWidth = width / 400;
    for (let i = 0; i < this.#strange.length; i++) ring(this.#strange[i], width / 110);
    if (this.#chosen < 0) return;
    context.strokeStyle = styled('ink');
    context.lineWidth = width / 160;
    ring(this.#chosen, width / 60);
  }

  /** Chooses the row nearest to the place that the visitor has pressed. */
  #point({ clientX, clientY }: MouseEvent): void {
    if (!this.#map) return;
    const { left, top, width, height } = this.#over.getBoundingClientRect();
    const { x, y, reach } = this.#sight;
    const scale = (2 * reach) / width;
    const [px, py] = [x + (clientX - left - width / 2) * scale, y - (clientY - top - height / 2) * scale];
    const { points } = this.#map;
    let [nearest, least] = [-1, (reach / 12) ** 2];
    for (let row = 0; row < points.length / 2; row++) {
      const distance = (points[2 * row] - px) ** 2 + (points[2 * row + 1] - py) ** 2;
      if (distance < least) [nearest, least] = [row, distance];
    }
    if (nearest >= 0) this.links.chosen(nearest);
  }
}
