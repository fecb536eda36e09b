/** Two charts, one above the other, that always show the same interval of time. */
import uPlot from 'uplot';
import type { Interval } from '../../../src/index.ts';
import { axisLook, onTheme, styled } from '../look.ts';

export interface Lines {
  values: ArrayLike<number>;
  name: string;
  scores: Float32Array;
  limit: number;
  found: readonly Interval[];
  /** The time of each step in seconds since 1970. */
  times?: ArrayLike<number>;
}

const height = 190;

export class TwoLines {
  #charts: uPlot[] = [];
  #lines: Lines | undefined;
  #steps: number[] = [];

  constructor(
    private readonly above: HTMLElement,
    private readonly below: HTMLElement,
  ) {
    onTheme(() => this.#lines && this.draw(this.#lines));
    new ResizeObserver(() => this.#charts.forEach((chart) => chart.setSize({ width: this.#width, height }))).observe(
      above,
    );
  }

  /** Draws the lines; for the same steps the visible interval is kept. */
  draw(lines: Lines): void {
    const before = this.#lines?.scores === lines.scores ? this.#charts[0]?.scales.x : undefined;
    const [min, max] = [before?.min, before?.max];
    this.#charts.forEach((chart) => chart.destroy());
    this.#charts = [];
    this.#lines = lines;
    const rising = lines.times && isRising(lines.times);
    this.#steps = rising ? Array.from(lines.times!) : Array.from(lines.scores, (_, step) => step + 1);
    this.#charts = [
      this.#chart(this.above, lines.values, lines.name, 'accent', rising),
      this.#chart(this.below, lines.scores, 'score', 'second', rising, lines.limit),
    ];
    if (min !== undefined && max !== undefined) this.#charts[0].setScale('x', { min, max });
  }

  /** Shows an interval with some space around it. */
  show(from: number, to: number): void {
    const room = Math.max(12, 2 * (to - from));
    const at = (step: number) => this.#steps[Math.min(this.#steps.length - 1, Math.max(0, step))];
    this.#charts[0]?.setScale('x', { min: at(from - room), max: at(to + room) });
    this.above.scrollIntoView({ block: 'nearest' });
  }

  get #width(): number {
    return Math.max(200, this.above.clientWidth);
  }

  #chart(
    place: HTMLElement,
    values: ArrayLike<number>,
    name: string,
    color: string,
    time = false,
    limit?: number,
  ): uPlot {
    const axis = axisLook();
    const numbers = Array.from(values, (value) => (Number.isNaN(value) ? null : value));
    return new uPlot(
      {
        ...{ width: this.#width, height },
        legend: { show: false },
        cursor: { y: false, sync: { key: 'series' } },
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        scales: { x: { time } },
        axes: [
          { ...axis, size: 26, ...(time && { values: (_: uPlot, splits: number[]) => momentsOf(splits) }) },
          { ...axis, label: name, size: 52 },
        ],
        series: [{}, { stroke: styled(color), width: 1.25, points: { show: false } }],
        hooks: {
          drawClear: [(chart) => this.#shade(chart)],
          draw: limit === undefined ? [] : [(chart) => drawLimit(chart, limit)],
          setScale: [(chart, key) => key === 'x' && this.#follow(chart)],
        },
      },
      [this.#steps, numbers],
      place,
    );
  }

  /** Makes the other chart show the same interval. */
  #follow(chart: uPlot): void {
    const { min, max } = chart.scales.x;
    for (const other of this.#charts) {
      if (other === chart || (other.scales.x.min === min && other.scales.x.max === max)) continue;
      other.setScale('x', { min: min!, max: max! });
    }
  }

  #shade(chart: uPlot): void {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = styled('second');
    ctx.globalAlpha = 0.22;
    for (const { from, to } of this.#lines?.found ?? []) {
      const left = chart.valToPos(this.#steps[from], 'x', true);
      const right = chart.valToPos(this.#steps[Math.min(to, this.#steps.length - 1)], 'x', true);
      // With many steps, one step is narrower than a pixel.
      ctx.fillRect(left - 1, bbox.top, Math.max(3, right - left), bbox.height);
    }
    ctx.restore();
  }
}

function drawLimit(chart: uPlot, limit: number): void {
  const { ctx, bbox } = chart;
  const y = chart.valToPos(limit, 'y', true);
  if (!(y >= bbox.top && y <= bbox.top + bbox.height)) return;
  ctx.save();
  ctx.strokeStyle = styled('muted');
  ctx.setLineDash([6, 5]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

const [day, clock] = [
  { month: 'short', day: 'numeric' },
  { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
].map((parts) => new Intl.DateTimeFormat('en', { ...(parts as Intl.DateTimeFormatOptions), timeZone: 'UTC' }));

/**
 * Returns labels of dates, with the time if there are several marks a day. They are in UTC, as everywhere on the page.
 */
function momentsOf(splits: number[]): string[] {
  const close = splits.length > 1 && splits[1] - splits[0] < 86_400;
  return splits.map((seconds, i) => {
    const date = new Date(1000 * seconds);
    const newDay = i === 0 || day.format(date) !== day.format(new Date(1000 * splits[i - 1]));
    return close && !newDay
      ? clock.format(date)
      : close
        ? `${day.format(date)} ${clock.format(date)}`
        : day.format(date);
  });
}

/** Returns whether times increase, as charts require. */
function isRising(times: ArrayLike<number>): boolean {
  for (let step = 0; step < times.length; step++)
    if (Number.isNaN(times[step]) || (step > 0 && times[step] <= times[step - 1])) return false;
  return true;
}
