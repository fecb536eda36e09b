import uPlot from 'uplot';
import { byId } from '../dom.ts';
import { axisLook, onTheme, styled } from '../look.ts';

/** A line or bars of a chart, in a colour of the style sheet. */
export interface Mark {
  color: 'accent' | 'second' | 'muted';
  bars?: true;
  dash?: number[];
}

/** A small chart that is drawn again when its data, its theme or its width change. */
export class Chart {
  readonly #place: HTMLElement;
  #chart: uPlot | undefined;
  #data: uPlot.AlignedData | undefined;

  constructor(
    id: string,
    private readonly names: [across: string, up: string],
    private readonly marks: Mark[],
  ) {
    this.#place = byId(id);
    onTheme(() => this.#draw());
    new ResizeObserver(() => this.#chart?.setSize(this.#size())).observe(this.#place);
  }

  set data(data: uPlot.AlignedData | undefined) {
    this.#data = data;
    this.#draw();
  }

  #draw(): void {
    this.#chart?.destroy();
    this.#chart = undefined;
    if (!this.#data) return;
    const axis = axisLook();
    const series = this.marks.map(({ color, bars, dash }): uPlot.Series => ({
      stroke: styled(color),
      width: bars ? 1 : color === 'muted' ? 1 : 2,
      dash,
      points: { show: false },
      ...(bars && { fill: styled(color), paths: uPlot.paths.bars!({ size: [0.9] }) }),
    }));
    this.#chart = new uPlot(
      {
        ...this.#size(),
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false } },
        axes: [
          { ...axis, label: this.names[0], size: 30 },
          { ...axis, label: this.names[1], size: 44 },
        ],
        series: [{}, ...series],
      },
      this.#data,
      this.#place,
    );
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(200, this.#place.clientWidth), height: 200 };
  }
}
