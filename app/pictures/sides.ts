import { linearAxis } from './axis.ts';
import { paper } from './canvas.ts';
import type { Look } from './look.ts';
import type { Reference } from './lossCurve.ts';
import { circle, drawAxes, drawEnd, drawEndLabels, drawHeading, endLabelRoom, line, type Plot } from './plot.ts';

export interface Sides {
  title: string;
  /** The unit of the losses, written above their axis. */
  unit: string;
  /** `values`: one number an epoch, the mean over it; `test`: after the last step, on other images */
  lines: { name: string; values: number[]; test: number; color: 'first' | 'second' }[];
  /** A height with a meaning, drawn as a line. */
  level: Reference;
  /** The number of epochs; the last one may be unfinished. */
  epochs: number;
}

/** Losses that are played against each other: neither has to fall, so that the axis begins at 0 and is not logarithmic. */
export function drawSides({ title, unit, lines, level, epochs }: Sides, look: Look): HTMLCanvasElement {
  const { theme, width } = look;
  const height = Math.round(Math.min(370, Math.max(280, width * 0.52)));
  const { canvas, context } = paper(look, height, title);
  const labels = [
    ...lines.map(({ name, test, color }) => ({ name: `${name}, test`, value: test, color: theme[color] })),
    { ...level, color: theme.muted },
  ];
  const frame = { left: 48, right: width - endLabelRoom(context, labels), top: 58, bottom: height - 48 };
  const most = Math.max(...lines.flatMap(({ values, test }) => [...values, test]), level.value);
  const end = Math.max(1, epochs);
  const plot: Plot = {
    context,
    theme,
    frame,
    x: linearAxis(0, end, frame.left, frame.right, Math.min((frame.right - frame.left) / 60, end)),
    y: linearAxis(0, 1.08 * most, frame.bottom, frame.top, (frame.bottom - frame.top) / 50),
  };
  drawHeading(
    plot,
    `${unit}, the mean over an epoch`,
    lines.map(({ name, color }) => ({ name, color: theme[color], mark: 'line with dots' })),
  );
  drawAxes(plot, 'epoch');
  drawLevel(plot, level.value);
  for (const { values, color } of lines) drawMeans(plot, values, epochs, theme[color]);
  for (const { test, color } of lines) drawEnd(plot, test, theme[color]);
  drawEndLabels(plot, labels);
  return canvas;
}

function drawLevel({ context, theme, frame, y }: Plot, value: number): void {
  context.strokeStyle = theme.muted;
  context.lineWidth = 1.25;
  context.setLineDash([5, 4]);
  line(context, frame.left, y.at(value), frame.right, y.at(value));
  context.setLineDash([]);
}

/** An epoch's mean belongs to the middle of its epoch; one that was not finished is shorter. */
function drawMeans({ context, x, y }: Plot, values: number[], epochs: number, color: string): void {
  const middle = (i: number) => x.at((i + Math.min(i + 1, epochs)) / 2);
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.beginPath();
  values.forEach((value, i) => context.lineTo(middle(i), y.at(value)));
  context.stroke();
  const crowded = middle(1) - middle(0) < 7;
  values.forEach((value, i) => circle(context, middle(i), y.at(value), crowded ? 1.5 : 3));
}
