import uPlot from 'uplot';
import { logAxis } from '../../pictures/axis.ts';
import { byId, figure, h, tableOf, writeFigures, writeText } from '../dom.ts';
import { onTheme, styled } from '../look.ts';
import type { History, Verdict, Yardsticks } from '../protocol.ts';
import type { Settings } from '../settings.ts';

/** A horizontal line with a name: what the loss is compared with. */
interface Reference {
  name: string;
  value: number;
}

/** The loss of training and of examples held out, and what they are worth beside others. */
export class LossView {
  readonly #place = byId('loss');
  #chart: uPlot | undefined;
  #references: Reference[] = [];
  /** of the losses in sight, and the last epoch */
  #range: [number, number] = [0.1, 1];
  #end = 1;
  #settings: Settings | undefined;
  #image = true;
  #verdict: Verdict | undefined;
  #yardsticks: Yardsticks | undefined;
  #drawnAt = 0;
  #history: History | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    new ResizeObserver(() => this.#chart?.setSize(this.#size())).observe(this.#place);
    onTheme(() => this.#rebuild());
  }

  open(settings: Settings, image: boolean): void {
    this.#settings = settings;
    this.#image = image;
    this.#verdict = this.#yardsticks = undefined;
    this.#references = [];
    this.#rebuild();
    this.#write();
  }

  /** At most a few times a second: it is a picture, not a clock. */
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
    this.#references = this.#referencesFor(yardsticks);
    if (this.#history) this.show(this.#history);
    this.#write();
  }

  /** Only what is measured in the same unit can be a line in the same chart. */
  #referencesFor({ pca, floor }: Yardsticks): Reference[] {
    const { loss, gaussian, hidden, code, network, data } = this.#settings!;
    if (gaussian) return [];
    if (loss === 'mse') return pca === undefined ? [] : [{ name: `PCA, ${code} numbers`, value: pca }];
    const tutorial = data === 'digits' && !hidden.length && code === 32 && network === 'dense';
    return [
      ...(floor === undefined ? [] : [{ name: 'lowest possible', value: floor }]),
      ...(tutorial ? [{ name: 'Keras blog, 60,000 images', value: 0.09 }] : []),
    ];
  }

  #draw(history: History): void {
    this.#drawnAt = performance.now();
    const series = [history.steps, history.epochs, history.heldOut].map((points): [number[], (number | null)[]] => [
      points.map(({ at }) => at),
      points.map(({ loss }) => (loss > 0 ? loss : null)),
    ]);
    const parts = (['kl', 'penalty'] as const).map((part): [number[], (number | null)[]] => [
      history.epochs.map(({ at }) => at),
      history.epochs.map((point) => (this.#apart && (point[part] ?? 0) > 0 ? point[part]! : null)),
    ]);
    const filled = [...series, ...parts].map(([x, y]): uPlot.AlignedData => (x.length ? [x, y] : [[0], [null]]));
    this.#range = rangeOf(history, this.#references);
    this.#end = Math.max(1, ...[history.steps, history.epochs, history.heldOut].map((points) => points.at(-1)?.at ?? 0));
    this.#chart?.setData(uPlot.join(filled));
    this.#describe(history);
  }

  /** With a divergence or a penalty the loss is a sum, and they are worth lines of their own. */
  get #apart(): boolean {
    return Boolean(this.#settings?.gaussian) || this.#settings?.penalty !== 'none';
  }

  #rebuild(): void {
    this.#chart?.destroy();
    const data = this.#chart?.data;
    const axis = { stroke: styled('muted'), grid: { stroke: styled('line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
    const line = (label: string, stroke: string, more: Partial<uPlot.Series> = {}): uPlot.Series => ({ label, stroke, width: 2, spanGaps: true, points: { show: false }, ...more });
    this.#chart = new uPlot(
      {
        ...this.#size(),
        cursor: { y: false, points: { size: 6 } },
        legend: { show: false },
        scales: {
          x: { time: false, range: () => [0, this.#end] },
          y: { distr: 3, range: () => this.#range },
          // A divergence or a penalty is of another size: it has an axis of its own.
          part: { range: (_, __, max) => [0, 1.15 * (max || 1)] },
        },
        axes: [
          { ...axis, label: 'epochs', labelSize: 18, labelFont: '12px system-ui', size: 30 },
          { ...axis, size: 52, splits: () => logAxis(...this.#range, 0, 1, 4).ticks, filter: (_, ticks) => ticks, values: (_, ticks) => ticks.map((tick) => tick.toLocaleString('en', { maximumSignificantDigits: 4 })) },
          { ...axis, scale: 'part', side: 1, size: this.#apart ? 56 : 12, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => (this.#apart ? String(Number(tick.toPrecision(2))) : '')) },
        ],
        series: [
          {},
          line('step', `color-mix(in srgb, ${styled('accent')} 35%, transparent)`, { width: 1 }),
          // A dot for each epoch, as long as there is room for them.
          line('training', styled('accent'), { points: { size: 4 } }),
          line('held out', styled('second'), { width: 2, dash: [6, 3] }),
          line('divergence', styled('muted'), { width: 1.5, dash: [2, 3], scale: 'part' }),
          line('penalty', styled('muted'), { width: 1.5, dash: [7, 2, 2, 2], scale: 'part' }),
        ],
        hooks: { draw: [(chart) => this.#drawReferences(chart)] },
      },
      data ?? [[0], [null], [null], [null], [null], [null]],
      this.#place,
    );
    const names = ['training', 'held out', ...(this.#settings?.gaussian ? ['divergence, right axis'] : []), ...(this.#settings?.penalty !== 'none' ? ['penalty, right axis'] : [])];
    byId('loss-legend').replaceChildren(...names.map((name) => h('li', { className: name.replace(/[ ,].*/, '') }, name)));
  }

  #drawReferences(chart: uPlot): void {
    const { ctx: context, bbox } = chart;
    const density = devicePixelRatio;
    context.save();
    context.font = `${11 * density}px system-ui`;
    context.fillStyle = context.strokeStyle = styled('muted');
    context.textBaseline = 'bottom';
    context.setLineDash([5 * density, 4 * density]);
    for (const { name, value } of this.#references) {
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
    const { gaussian, penalty, loss } = this.#settings!;
    const { losses, probe, squaredError } = this.#verdict ?? {};
    const { pca, mean, floor } = this.#yardsticks ?? {};
    writeFigures(byId('verdict'), {
      [`held out, ${gaussian ? 'nats' : loss === 'bce' ? 'BCE' : 'MSE'}`]: figure(losses?.loss, 4),
      ...(gaussian || penalty !== 'none' ? { reconstruction: figure(losses?.reconstruction, 4) } : {}),
      ...(gaussian ? { 'divergence, nats': figure(losses?.kl) } : {}),
      ...(penalty !== 'none' ? { penalty: figure(losses?.penalty) } : {}),
      'squared error': figure(squaredError),
      'PCA of the same size': figure(pca),
      'the mean alone': figure(mean),
      ...(loss === 'bce' && !gaussian && this.#image ? { 'lowest possible': figure(floor) } : {}),
      'k-NN of the code': probe === undefined ? '–' : `${(100 * probe).toFixed(1)} %`,
    });
  }

  #describe({ epochs, steps, heldOut }: History): void {
    const last = epochs.at(-1) ?? steps.at(-1);
    const first = steps[0] ?? epochs[0];
    writeText(byId('loss-caption'), last && first ? `The loss fell from ${figure(first.loss)} to ${figure(last.loss)} in ${last.at.toFixed(1)} epochs.` : 'Nothing has been trained yet.');
    if (!byId('loss-table').closest('details')?.open) return;
    const rows = epochs.slice(-20).toReversed().map(({ at, loss, reconstruction, kl, penalty }) => [`${Math.round(at + 0.5)}`, figure(loss, 4), figure(reconstruction, 4), figure(kl), figure(penalty)]);
    const held = heldOut.at(-1);
    byId('loss-table').replaceChildren(tableOf(['epoch', 'loss', 'reconstruction', 'divergence', 'penalty'], rows), held ? `Held out, after ${held.at.toFixed(1)} epochs: ${figure(held.loss, 4)}` : '');
  }
}

/**
 * Around what is to be seen: all losses but those of the first steps, which fall so fast that everything later would look flat beside them, and
 * what they are compared with.
 */
function rangeOf({ steps, epochs, heldOut }: History, references: Reference[]): [number, number] {
  const later = epochs.length > 2 ? epochs[0].at : 0;
  const losses = [...steps, ...epochs, ...heldOut].filter(({ at }) => at >= later).map(({ loss }) => loss);
  const known = [...losses, ...references.map(({ value }) => value)].filter((value) => value > 0 && Number.isFinite(value));
  if (!known.length) return [0.1, 1];
  const [least, most] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  return [least * (least / most) ** 0.08 * 0.995, most * (most / least) ** 0.08 * 1.005];
}
