import { linearAxis } from './axis.ts';
import { paper } from './canvas.ts';
import type { Look } from './look.ts';
import { drawAxes, drawHeading, line, type Plot } from './plot.ts';

/** A series and how strange each of its steps is. */
export interface Timeline {
  title: string;
  values: ArrayLike<number>;
  /** The name of the values. */
  name: string;
  /** The score of each step, NaN where there is none. */
  scores: ArrayLike<number>;
  limit: number;
  /** The strange stretches of steps; `to` is exclusive. */
  found: readonly { from: number; to: number }[];
}

/** The series above, its scores below, both with the strange stretches behind them. */
export function drawTimeline({ title, values, name, scores, limit, found }: Timeline, look: Look): HTMLCanvasElement {
  const { theme, width } = look;
  const height = 240;
  const { canvas, context } = paper(look, 2 * height, title);
  const panels = [
    { unit: name, numbers: values, color: theme.first, at: 0 },
    { unit: 'error', numbers: scores, color: theme.second, at: height },
  ];
  for (const { unit, numbers, color, at } of panels) {
    context.save();
    context.translate(0, at);
    const frame = { left: 64, right: width - 16, top: 44, bottom: height - 48 };
    const [least, most] = rangeOf(numbers);
    const plot: Plot = {
      ...{ context, theme, frame },
      x: linearAxis(0, numbers.length, frame.left, frame.right, 8),
      y: linearAxis(least, most, frame.bottom, frame.top, 4),
    };
    context.fillStyle = theme.grid;
    for (const { from, to } of found) {
      const left = plot.x.at(from);
      // A step is less than a pixel where there are many.
      context.fillRect(left, frame.top, Math.max(2, plot.x.at(to) - left), frame.bottom - frame.top);
    }
    drawHeading(plot, unit, []);
    drawAxes(plot, 'step');
    drawSeries(plot, numbers, color);
    if (numbers === scores) {
      context.strokeStyle = theme.muted;
      context.setLineDash([5, 4]);
      line(context, frame.left, plot.y.at(limit), frame.right, plot.y.at(limit));
    }
    context.restore();
  }
  return canvas;
}

/** From the least to the largest, with some room where they are one. */
function rangeOf(numbers: ArrayLike<number>): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < numbers.length; i++) {
    if (numbers[i] < least) least = numbers[i];
    if (numbers[i] > most) most = numbers[i];
  }
  return least < most ? [least, most] : [least - 1, least + 1];
}

/** A line, interrupted where a number is missing. */
function drawSeries({ context, x, y }: Plot, numbers: ArrayLike<number>, color: string): void {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  let drawn = false;
  for (let i = 0; i < numbers.length; i++) {
    const there = !Number.isNaN(numbers[i]);
    if (there && drawn) context.lineTo(x.at(i), y.at(numbers[i]));
    else if (there) context.moveTo(x.at(i), y.at(numbers[i]));
    drawn = there;
  }
  context.stroke();
}
