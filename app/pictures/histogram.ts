import { linearAxis } from './axis.ts';
import { margin, paper } from './canvas.ts';
import { font, type Look } from './look.ts';
import { drawAxes, drawHeading, line, type Plot } from './plot.ts';

export interface Histogram {
  title?: string;
  /** The groups, drawn over one another in percent of each, so that a small one is as tall as a large one. */
  groups: { name: string; values: ArrayLike<number>; color: 'first' | 'second' }[];
  /** A value that separates lower from higher values, with its name. */
  limit: { name: string; value: number };
  xName: string;
  yName: string;
}

const bins = 70;

/** How values are spread, in percent of each group. */
export function drawHistogram({ title, groups, limit, xName, yName }: Histogram, look: Look): HTMLCanvasElement {
  const { theme, width } = look;
  const height = 300;
  const { canvas, context } = paper(look, height, title);
  const frame = { left: 48, right: width - 2 * margin, top: 58, bottom: height - 48 };
  const most = groups.reduce(
    (most, { values }) => Array.from(values).reduce((a, b) => Math.max(a, b), most),
    limit.value,
  );
  const shares = groups.map(({ values }) => sharesOf(values, most));
  const plot: Plot = {
    context,
    theme,
    frame,
    x: linearAxis(0, most, frame.left, frame.right, (frame.right - frame.left) / 60),
    y: linearAxis(0, 1.05 * Math.max(...shares.flat()), frame.bottom, frame.top, (frame.bottom - frame.top) / 40),
  };
  drawHeading(
    plot,
    yName,
    groups.map(({ name, color }) => ({ name, color: theme[color], mark: 'dot' })),
  );
  drawAxes(plot, xName);
  groups.forEach(({ color }, i) => drawGroup(plot, shares[i], most, theme[color]));
  drawLimit(plot, limit);
  return canvas;
}

function sharesOf(values: ArrayLike<number>, most: number): number[] {
  const shares = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++)
    shares[Math.min(bins - 1, Math.floor((values[i] / most) * bins))] += 100 / values.length;
  return shares;
}

/** A filled outline: where groups lie over one another, both can be seen. */
function drawGroup({ context, x, y }: Plot, shares: number[], most: number, color: string): void {
  const edge = (bin: number) => x.at((bin / bins) * most);
  context.fillStyle = context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(edge(0), y.at(0));
  shares.forEach((share, bin) => {
    context.lineTo(edge(bin), y.at(share));
    context.lineTo(edge(bin + 1), y.at(share));
  });
  context.lineTo(edge(bins), y.at(0));
  context.globalAlpha = 0.25;
  context.fill();
  context.globalAlpha = 1;
  context.stroke();
}

function drawLimit({ context, theme, frame, x }: Plot, { name, value }: Histogram['limit']): void {
  context.strokeStyle = context.fillStyle = theme.ink;
  context.lineWidth = 1.25;
  context.setLineDash([5, 4]);
  line(context, x.at(value), frame.top - 14, x.at(value), frame.bottom);
  context.setLineDash([]);
  context.font = font(12);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(name, x.at(value) + 6, frame.top - 8);
}
