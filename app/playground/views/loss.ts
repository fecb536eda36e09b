import uPlot from 'uplot';
import { logAxis } from '../../pictures/axis.ts';
import { ordinals } from '../compare/choice.ts';
import { byId, figure, h, writeFigures, writeText } from '../dom.ts';
import { axisLook, onTheme, styled } from '../look.ts';
import type { ExampleShape } from '../shapes.ts';
import type { History, Verdict, Yardsticks } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { lossKinds, type Judged, type LossKind, type Reference } from './lossKinds.ts';
import {
  aboutOther,
  capital,
  later,
  linesOf,
  partsToCompare,
  partWords,
  rangeOf,
  scaleOf,
  valuesOf,
  type Line,
  type LossPart,
  type Other,
} from './lossLines.ts';
import { fallen, tableFor } from './lossTable.ts';

/** The losses of training and of held-out examples, beside reference values and other models. */
export class LossView {
  readonly #place = byId('loss');
  #chart: uPlot | undefined;
  /** The range of the visible losses. */
  #range: [number, number] = [0.1, 1];
  #end = 1;
  #settings: Settings | undefined;
  #examples: ExampleShape = { shape: [28, 28, 1] };
  #others: readonly Other[] = [];
  /** The part of the loss that is drawn for several models. */
  #part: LossPart = 'loss';
  #lines: Line[] = [];
  #verdict: Verdict | undefined;
  #yardsticks: Yardsticks | undefined;
  #drawnAt = 0;
  #history: History | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    new ResizeObserver(() => this.#chart?.setSize(this.#size())).observe(this.#place);
    onTheme(() => this.#rebuild());
    byId('loss-table')
      .closest('details')!
      .addEventListener('toggle', () => this.#history && this.#draw(this.#history));
    byId('loss-part').addEventListener('change', ({ target }) => {
      this.#part = (target as HTMLSelectElement).value as LossPart;
      this.#rebuild();
    });
  }

  open(settings: Settings, examples: ExampleShape): void {
    this.#settings = settings;
    this.#examples = examples;
    this.#history = undefined;
    this.#verdict = this.#yardsticks = undefined;
    this.#offerParts();
    this.#write();
  }

  /** Shows the losses of other models on the same axes, or removes them. */
  beside(others: readonly Other[]): void {
    const same =
      others.length === this.#others.length &&
      others.every(({ settings, name }, i) => settings === this.#others[i].settings && name === this.#others[i].name);
    this.#others = others;
    if (!same) this.#offerParts();
    else if (this.#history) this.show(this.#history);
  }

  /** The last verdict on the open model. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /** Shows the losses, a few times per second at most. */
  show(history: History): void {
    this.#history = history;
    clearTimeout(this.#later);
    const wait = 200 - (performance.now() - this.#drawnAt);
    if (wait > 0) this.#later = setTimeout(() => this.show(history), wait);
    else this.#draw(history);
  }

  judge(verdict: Verdict): void {
    this.#verdict = verdict;
    this.#write();
  }

  compare(yardsticks: Yardsticks): void {
    this.#yardsticks = yardsticks;
    if (this.#history) this.show(this.#history);
    this.#write();
  }

  get #kind(): LossKind {
    return lossKinds[this.#settings!.model];
  }

  get #judged(): Judged {
    return {
      settings: this.#settings!,
      verdict: this.#verdict,
      yardsticks: this.#yardsticks,
    };
  }

  /** Returns the factor for a model's losses; it is 1 for the first model, number 0. */
  #scaleOf(model: number): number {
    return model === 0 ? 1 : scaleOf(this.#others[model - 1].settings, this.#settings!, this.#examples);
  }

  #draw(history: History): void {
    this.#drawnAt = performance.now();
    const all = [history, ...this.#others.map((other) => other.history)];
    const values = this.#lines.map((line) => valuesOf(line, all[line.of], this.#scaleOf(line.of)));
    this.#range = rangeOf(
      this.#lines.map(({ of, scale }, i) => (scale === 'y' ? later(values[i], all[of]) : [])),
      this.#shownReferences.map(({ value }) => value),
    );
    this.#end = Math.max(1, ...values.map(([x]) => x.at(-1) ?? 0));
    this.#chart?.setData(uPlot.join(values.map(([x, y]): uPlot.AlignedData => (x.length ? [x, y] : [[0], [null]]))));
    this.#describe(history);
  }

  /** The reference values that are shown, which apply to the reconstruction loss. */
  get #shownReferences(): Reference[] {
    const apart = this.#others.length > 0 && this.#part !== 'loss' && this.#part !== 'reconstruction';
    return apart ? [] : this.#kind.references(this.#judged);
  }

  /** Updates the menu of parts, which depends on all models. */
  #offerParts(): void {
    const first = this.#settings;
    const others = this.#others;
    if (!first) return;
    const parts = others.length ? partsToCompare([first, ...others.map(({ settings }) => settings)]) : [];
    if (!parts.includes(this.#part)) this.#part = 'loss';
    byId('loss-part').replaceChildren(
      ...parts.map((value) => h('option', { value, selected: value === this.#part }, partWords[value])),
    );
    byId('loss-part-choice').hidden = parts.length < 2;
    byId('loss-others').hidden = !others.length;
    byId('loss-others').replaceChildren(
      ...others.map((other, i) => h('p', {}, aboutOther(other, i + 1, first, this.#examples))),
    );
    this.#rebuild();
  }

  #rebuild(): void {
    this.#chart?.destroy();
    if (!this.#settings) return;
    this.#lines = linesOf(
      this.#settings,
      this.#others.map(({ settings }) => settings),
      this.#part,
    );
    const apart = this.#lines.some(({ scale }) => scale === 'part');
    const axis = axisLook();
    const series = this.#lines.map(({ name = 'step', scale, color, faint, dash, points }): uPlot.Series => ({
      label: name,
      scale,
      stroke: faint ? `color-mix(in srgb, ${styled(color)} 35%, transparent)` : styled(color),
      width: faint ? 1 : scale === 'y' ? 2 : 1.5,
      dash,
      spanGaps: true,
      // A dot for each epoch, if there is room for them.
      points: points === 'epochs' && scale === 'y' ? { size: 4 } : { show: false },
    }));
    this.#chart = new uPlot(
      {
        ...this.#size(),
        cursor: { y: false, points: { size: 6 } },
        legend: { show: false },
        scales: {
          x: { time: false, range: () => [0, this.#end] },
          y: { distr: 3, range: () => this.#range },
          // A divergence or a penalty has another magnitude, so it has an axis of its own.
          part: { range: (_, __, max) => [0, 1.15 * (max || 1)] },
        },
        axes: [
          { ...axis, label: 'epochs', size: 30 },
          {
            ...axis,
            size: 52,
            splits: () => logAxis(...this.#range, 0, 1, 4).ticks,
            filter: (_, ticks) => ticks,
            values: (_, ticks) => ticks.map((tick) => tick.toLocaleString('en', { maximumSignificantDigits: 4 })),
          },
          {
            ...axis,
            scale: 'part',
            side: 1,
            size: apart ? 56 : 12,
            grid: { show: false },
            values: (_, ticks) => ticks.map((tick) => (apart ? String(Number(tick.toPrecision(2))) : '')),
          },
        ],
        series: [{}, ...series],
        hooks: { draw: [(chart) => this.#drawReferences(chart)] },
      },
      [[0], ...series.map(() => [null])],
      this.#place,
    );
    byId('loss-legend').replaceChildren(
      ...this.#lines.flatMap(({ name, className }) => (name ? [h('li', { className }, name)] : [])),
    );
    if (this.#history) this.#draw(this.#history);
  }

  #drawReferences(chart: uPlot): void {
    const { ctx: context, bbox } = chart;
    const density = devicePixelRatio;
    context.save();
    context.font = `${11 * density}px system-ui`;
    context.fillStyle = context.strokeStyle = styled('muted');
    context.textBaseline = 'bottom';
    context.setLineDash([5 * density, 4 * density]);
    for (const { name, value } of this.#shownReferences) {
      const y = chart.valToPos(value, 'y', true);
      context.beginPath();
      context.moveTo(bbox.left, y);
      context.lineTo(bbox.left + bbox.width, y);
      context.stroke();
      context.textAlign = 'right';
      context.fillText(`${name} ${figure(value)}`, bbox.left + bbox.width - 2, y - 2 * density);
    }
    context.restore();
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(200, this.#place.clientWidth), height: 210 };
  }

  #write(): void {
    writeFigures(byId('verdict'), this.#kind.figures(this.#judged));
  }

  #describe(first: History): void {
    const others = this.#others.map(
      ({ history }, i) =>
        ` ${fallen(`The ${ordinals[i + 1]} model’s loss`, history, this.#scaleOf(i + 1)) ?? `The ${ordinals[i + 1]} model has not been trained yet.`}`,
    );
    writeText(
      byId('loss-caption'),
      `${this.#kind.summary(first) ?? 'Nothing has been trained yet.'}${others.join('')}`,
    );
    if (!byId('loss-table').closest('details')?.open) return;
    byId('loss-table').replaceChildren(
      ...tableFor(first, 1, others.length ? 'First model' : undefined, this.#kind.name),
      ...this.#others.flatMap(({ history }, i) =>
        tableFor(history, this.#scaleOf(i + 1), `${capital(ordinals[i + 1])} model, as in the chart`, 'loss'),
      ),
    );
  }
}
