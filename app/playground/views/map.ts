import { byId, figure, h, tableOf, writeText } from '../dom.ts';
import { context2d, fitted, onTheme, reducedMotion, rgb, styled, theme } from '../look.ts';
import type { Encoded, Look, Point } from '../protocol.ts';
import { DotPainter, sightOf, type Sight } from './points.ts';

const moveMs = 450;
/** The step of the cross for one press of an arrow key, as a share of the map's width. */
const keyStep = 0.02;

/** The latent map: a dot at the code of every example, and a cross that is dragged to decode other places. */
export class LatentMap {
  readonly #points = byId<HTMLCanvasElement>('points');
  readonly #over = byId<HTMLCanvasElement>('over');
  readonly #painter = new DotPainter(this.#points);
  readonly #sliders = [byId<HTMLInputElement>('across'), byId<HTMLInputElement>('up')];
  #labels: Int32Array | undefined;
  #classes: string[] = [];
  #conditional = false;
  #alone = new Set<number>();
  #from: Float32Array = new Float32Array();
  #to: Float32Array = new Float32Array();
  #middles: Float32Array = new Float32Array();
  #sight: Sight = { x: 0, y: 0, reach: 1 };
  #aim: Sight = this.#sight;
  #moveBegan = -Infinity;
  #drawn = false;
  #mark: Encoded | undefined;
  /**
   * The position of the cross as shares of the map's width and height, so that it stays visible when the codes move.
   */
  #cross = { across: 0.5, up: 0.5 };

  constructor(private readonly onPlace: (place: Point) => void) {
    this.#listen();
    new ResizeObserver(() => this.#redraw()).observe(this.#points);
    onTheme(() => this.#relabel());
    const frame = (time: number) => {
      this.#frame(time);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** The position of the cross in the map's coordinates. */
  get place(): Point {
    const { x, y, reach } = this.#sight;
    return { x: x + (2 * this.#cross.across - 1) * reach, y: y + (2 * this.#cross.up - 1) * reach };
  }

  /** Sets the labels; `conditional` says whether the model receives them. */
  set labels({
    labels,
    classes,
    conditional = false,
  }: {
    labels?: Int32Array;
    classes: string[];
    conditional?: boolean;
  }) {
    this.#conditional = conditional;
    this.#labels = labels;
    // The dots of earlier data do not have these labels.
    if (labels && labels.length < this.#to.length / 2) this.#from = this.#to = new Float32Array();
    this.#classes = labels ? classes : [];
    this.#alone.clear();
    this.#relabel();
  }

  /** Takes new codes, to which the dots move smoothly. */
  show({ points, middles, share }: Pick<Look, 'points' | 'middles' | 'share'>): void {
    const same = this.#to.length === points.length && !reducedMotion();
    this.#from = same ? this.#between() : points;
    this.#to = points;
    this.#middles = middles;
    this.#aim = sightOf(points);
    // The frame changes only if dots have left it or become small in it; otherwise every update would shake the
    // picture.
    if (!same || !this.#fits()) this.#sight = same ? this.#sight : this.#aim;
    else this.#aim = this.#sight;
    this.#moveBegan = same ? performance.now() : -Infinity;
    this.#redraw();
    this.#describe(share);
  }

  /** Marks the place of the visitor's example. */
  mark(encoded: Encoded | undefined): void {
    this.#mark = encoded;
    this.#redraw();
  }

  set banner(text: string | undefined) {
    const banner = byId('banner');
    banner.hidden = text === undefined;
    writeText(banner, text ?? '');
  }

  #fits(): boolean {
    const [now, aim] = [this.#sight, this.#aim];
    const off = Math.hypot(now.x - aim.x, now.y - aim.y);
    return off < 0.15 * now.reach && aim.reach < 1.08 * now.reach && aim.reach > 0.7 * now.reach;
  }

  #between(): Float32Array {
    const way = this.#way(performance.now());
    return this.#to.map((to, i) => this.#from[i] + way * (to - this.#from[i]));
  }

  #way(time: number): number {
    const share = Math.min(1, (time - this.#moveBegan) / moveMs);
    return 1 - (1 - share) ** 2;
  }

  #redraw(): void {
    this.#drawn = false;
  }

  #frame(time: number): void {
    // The map of a model without codes is hidden.
    if (this.#drawn || !this.#to.length || !this.#points.clientWidth) return;
    fitted(this.#points);
    fitted(this.#over);
    const way = this.#way(time);
    this.#drawn = way >= 1;
    const [now, aim] = [this.#sight, this.#aim];
    const ease = this.#drawn ? 1 : 0.12;
    this.#sight = {
      x: now.x + ease * (aim.x - now.x),
      y: now.y + ease * (aim.y - now.y),
      reach: now.reach + ease * (aim.reach - now.reach),
    };
    const colors = this.#labels ? theme().classes.map(rgb) : [rgb(theme().first)];
    const opacity = colors.map((_, label) => (this.#alone.size === 0 || this.#alone.has(label) ? 1 : 0.08));
    this.#painter.paint(
      { from: this.#from, to: this.#to, way, labels: this.#labels, colors, opacity, paper: rgb(styled('page')) },
      this.#sight,
    );
    this.#paintOver();
    if (this.#drawn) this.onPlace(this.place);
  }

  #paintOver(): void {
    const context = context2d(this.#over);
    const { width } = this.#over;
    const density = width / this.#over.clientWidth;
    context.clearRect(0, 0, width, width);
    context.lineJoin = 'round';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.font = `600 ${17 * density}px system-ui, 'DejaVu Sans', sans-serif`;
    if (this.#classes.length <= 20)
      this.#classes.forEach((name, label) => this.#paintName(context, density, name, label));
    if (this.#mark) this.#paintMark(context, density, this.#mark);
    this.#paintCross(context, density);
  }

  #paintName(context: CanvasRenderingContext2D, density: number, name: string, label: number): void {
    const [x, y] = this.#pixel(this.#middles[2 * label], this.#middles[2 * label + 1]);
    if (Number.isNaN(x) || (this.#alone.size && !this.#alone.has(label))) return;
    context.lineWidth = 4.5 * density;
    context.strokeStyle = styled('page');
    context.strokeText(name, x, y);
    context.fillStyle = theme().classes[label % 10];
    context.fillText(name, x, y);
  }

  /**
   * Draws a ring at the code of the visitor's example, and for a Gaussian code the ellipse of one standard deviation.
   */
  #paintMark(context: CanvasRenderingContext2D, density: number, { x, y, ellipse }: Encoded): void {
    const [px, py] = this.#pixel(x, y);
    context.strokeStyle = styled('second');
    context.fillStyle = styled('second');
    context.lineWidth = 2 * density;
    context.beginPath();
    context.arc(px, py, 4 * density, 0, 2 * Math.PI);
    context.fill();
    if (ellipse) {
      const { xx, xy, yy } = ellipse;
      const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
      const scale = this.#points.width / (2 * this.#sight.reach);
      const axes = [middle + half, middle - half].map((variance) =>
        Math.max(0.5, Math.sqrt(Math.max(0, variance)) * scale),
      );
      context.beginPath();
      context.ellipse(px, py, axes[0], axes[1], -Math.atan2(2 * xy, xx - yy) / 2, 0, 2 * Math.PI);
      context.stroke();
    }
    context.beginPath();
    context.arc(px, py, 10 * density, 0, 2 * Math.PI);
    context.stroke();
  }

  #paintCross(context: CanvasRenderingContext2D, density: number): void {
    const { width } = this.#over;
    const [x, y] = [this.#cross.across * width, (1 - this.#cross.up) * width];
    for (const [color, thickness] of [
      [styled('page'), 4],
      [styled('ink'), 1.5],
    ] as const) {
      context.strokeStyle = color;
      context.lineWidth = thickness * density;
      context.beginPath();
      context.arc(x, y, 7 * density, 0, 2 * Math.PI);
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ]) {
        context.moveTo(x + 7 * dx * density, y + 7 * dy * density);
        context.lineTo(x + 15 * dx * density, y + 15 * dy * density);
      }
      context.stroke();
    }
  }

  #pixel(x: number, y: number): [number, number] {
    const { width } = this.#points;
    const scale = width / (2 * this.#sight.reach);
    return [width / 2 + (x - this.#sight.x) * scale, width / 2 - (y - this.#sight.y) * scale];
  }

  #listen(): void {
    const over = this.#over;
    const follow = (event: PointerEvent) => {
      const box = over.getBoundingClientRect();
      this.#moveCross((event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height);
    };
    over.addEventListener('pointerdown', (event) => {
      over.setPointerCapture(event.pointerId);
      follow(event);
    });
    over.addEventListener('pointermove', (event) => over.hasPointerCapture(event.pointerId) && follow(event));
    over.addEventListener('keydown', (event) => {
      const directions: Record<string, [number, number]> = {
        ArrowLeft: [-1, 0],
        ArrowRight: [1, 0],
        ArrowUp: [0, 1],
        ArrowDown: [0, -1],
      };
      const direction = directions[event.key];
      if (!direction) return;
      event.preventDefault();
      const step = event.shiftKey ? 5 * keyStep : keyStep;
      this.#moveCross(this.#cross.across + direction[0] * step, this.#cross.up + direction[1] * step);
    });
    const [across, up] = this.#sliders;
    for (const slider of this.#sliders)
      slider.addEventListener('input', () => this.#moveCross(Number(across.value) / 1000, Number(up.value) / 1000));
  }

  #moveCross(across: number, up: number): void {
    const within = (share: number) => Math.min(1, Math.max(0, share));
    this.#cross = { across: within(across), up: within(up) };
    const { x, y } = this.place;
    [this.#cross.across, this.#cross.up].forEach((share, i) => {
      this.#sliders[i].value = `${Math.round(1000 * share)}`;
      this.#sliders[i].setAttribute('aria-valuetext', figure([x, y][i]));
    });
    if (this.#to.length && this.#drawn) this.#paintOver();
    this.onPlace(this.place);
  }

  #relabel(): void {
    const buttons = this.#classes
      .slice(0, 30)
      .map((name, label) =>
        h(
          'li',
          {},
          h(
            'button',
            { type: 'button', 'aria-pressed': String(this.#alone.has(label)), onclick: () => this.#toggle(label) },
            h('i', { style: `background:${theme().classes[label % 10]}` }),
            name,
          ),
        ),
      );
    byId('legend').replaceChildren(...buttons);
    this.#redraw();
  }

  #toggle(label: number): void {
    if (!this.#alone.delete(label)) this.#alone.add(label);
    byId('legend')
      .querySelectorAll('button')
      .forEach((button, i) => button.setAttribute('aria-pressed', String(this.#alone.has(i))));
    this.#redraw();
  }

  #describe(share: number): void {
    const count = this.#to.length / 2;
    const part =
      share < 0.995
        ? ` The map shows the two directions in which the codes vary most, ${Math.round(100 * share)} % of their variance.`
        : '';
    writeText(
      byId('map-caption'),
      `${count.toLocaleString('en')} examples, each a dot at its code.${this.#classes.length ? ` The model ${this.#conditional ? 'receives' : 'does not receive'} the classes.` : ''}${part}`,
    );
    this.#points.setAttribute(
      'aria-label',
      `The codes of ${count} examples; the table below has the middle of each class`,
    );
    if (!byId('map-table').closest('details')?.open) return;
    const counts = this.#classes.map(() => 0);
    this.#labels?.forEach((label) => counts[label]++);
    byId('map-table').replaceChildren(
      tableOf(
        ['class', 'examples', 'middle, across', 'middle, up'],
        this.#classes.map((name, i) => [
          name,
          `${counts[i]}`,
          figure(this.#middles[2 * i]),
          figure(this.#middles[2 * i + 1]),
        ]),
      ),
    );
  }
}
