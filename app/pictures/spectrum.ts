import { linearAxis, logAxis } from './axis.ts';
import { margin, paper } from './canvas.ts';
import type { Look } from './look.ts';
import { drawAxes, drawHeading, type Plot } from './plot.ts';

export interface Spectrum {
  title: string;
  /** The lines, each with its largest value first. */
  lines: { name: string; values: ArrayLike<number>; color: 'first' | 'second' | 'muted' }[];
  xName: string;
  yName: string;
}

/** What is smaller than the largest value by more than this factor is nothing for all that can be seen. */
const span = 1e4;

/** Falling lines on a logarithmic axis. */
export function drawSpectrum({ title, lines, xName, yName }: Spectrum, look: Look): HTMLCanvasElement {
  const { theme, width } = look;
  const height = Math.round(Math.min(370, Math.max(280, width * 0.52)));
  const { canvas, context } = paper(look, height, title);
  const frame = { left: 56, right: width - 2 * margin, top: 58, bottom: height - 48 };
  const values = lines.flatMap((line) => Array.from(line.values));
  const max = Math.max(...values);
  const min = Math.max(max / span, Math.min(...values));
  const longest = Math.max(2, ...lines.map((line) => line.values.length));
  const plot: Plot = {
    context,
    theme,
    frame,
    x: linearAxis(1, longest, frame.left, frame.right, (frame.right - frame.left) / 60),
    y: logAxis(min / 1.15, max * 1.15, frame.bottom, frame.top, (frame.bottom - frame.top) / 50),
  };
  drawHeading(
    plot,
    yName,
    lines.map(({ name, color }) => ({ name, color: theme[color], mark: 'line' })),
  );
  drawAxes(plot, xName);
  for (const { values, color } of lines) drawLine(plot, values, theme[color]);
  return canvas;
}

function drawLine({ context, frame, x, y }: Plot, values: ArrayLike<number>, color: string): void {
  context.save();
  context.beginPath();
  context.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  context.clip();
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.beginPath();
  // A value of nothing has no place on a logarithmic axis: the line leaves at the bottom.
  for (let i = 0; i < values.length; i++) context.lineTo(x.at(i + 1), y.at(Math.max(values[i], Number.MIN_VALUE)));
  context.stroke();
  context.restore();
}
