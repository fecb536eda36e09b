import { spread, type Axis } from './axis.ts';
import { margin, type Context } from './canvas.ts';
import { font, type Theme } from './look.ts';

/** What every chart is made of: a frame, two axes, a heading, names at the right end of its lines. */
export interface Plot {
  context: Context;
  theme: Theme;
  frame: Frame;
  x: Axis;
  y: Axis;
}

export interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A name and a figure beside the place of that figure on the vertical axis. */
export interface EndLabel {
  name: string;
  value: number;
  color: string;
}

export interface LegendEntry {
  name: string;
  color: string;
  /** The opacity. Default 1. */
  alpha?: number;
  mark: 'line' | 'line with dots' | 'dot';
}

const textSize = 12;
const lineHeight = 16;
const leader = 21; // from the frame to a label, crossed by a thin line

/** The unit of the vertical axis, and what the lines are. */
export function drawHeading({ context, theme, frame }: Plot, unit: string, legend: LegendEntry[]): void {
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = theme.muted;
  context.font = font(textSize);
  context.fillText(unit, margin, 11);

  const names = legend.map(({ name, mark }) => ({
    across: mark === 'dot' ? 7 : 22,
    text: context.measureText(name).width,
  }));
  const needed = names.reduce((sum, { across, text }) => sum + across + 7 + text, 0);
  const gap = Math.max(6, Math.min(18, (frame.right - margin - needed) / (legend.length - 1)));
  let x = margin;
  const y = 31;
  legend.forEach(({ name, color, alpha = 1, mark }, i) => {
    const { across, text } = names[i];
    context.globalAlpha = alpha;
    context.strokeStyle = context.fillStyle = color;
    context.lineWidth = mark === 'line' ? 1.5 : 2;
    if (mark !== 'dot') line(context, x, y, x + across, y);
    if (mark !== 'line') circle(context, x + across / 2, y, mark === 'dot' ? 4 : 3);
    context.globalAlpha = 1;
    context.fillStyle = theme.muted;
    context.fillText(name, x + across + 7, y);
    x += across + 7 + text + gap;
  });
}

export function drawAxes({ context, theme, frame, x, y }: Plot, xName: string): void {
  context.font = font(textSize);
  context.lineWidth = 1;
  context.fillStyle = theme.muted;
  context.strokeStyle = theme.grid;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const tick of y.ticks) {
    line(context, frame.left, y.at(tick), frame.right, y.at(tick));
    context.fillText(written(tick), frame.left - 8, y.at(tick));
  }
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.strokeStyle = theme.muted;
  line(context, frame.left, frame.bottom, frame.right, frame.bottom);
  for (const tick of x.ticks) {
    line(context, x.at(tick), frame.bottom, x.at(tick), frame.bottom + 4);
    context.fillText(written(tick), x.at(tick), frame.bottom + 9);
  }
  context.fillText(xName, (frame.left + frame.right) / 2, frame.bottom + 28);
}

/** How much of the width the labels take; known before the frame is, hence no Plot. */
export function endLabelRoom(context: Context, labels: EndLabel[]): number {
  const widths = labels.flatMap(({ name, value }) => {
    context.font = font(textSize);
    const nameWidth = context.measureText(name).width;
    context.font = font(textSize, 600);
    return [nameWidth, context.measureText(written(value)).width];
  });
  return Math.max(0, ...widths) + (widths.length > 0 ? leader : 0) + margin;
}

export function drawEndLabels({ context, frame, y }: Plot, labels: EndLabel[]): void {
  const wanted = labels.map(({ value }) => y.at(value));
  const places = spread(wanted, 2 * lineHeight + 4, frame.top, frame.bottom - lineHeight + 8);
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.lineWidth = 1;
  labels.forEach(({ name, value, color }, i) => {
    const place = places[i];
    context.strokeStyle = context.fillStyle = color;
    line(context, frame.right + 5, wanted[i], frame.right + leader - 5, place);
    context.font = font(textSize);
    context.fillText(name, frame.right + leader, place - lineHeight / 2);
    context.font = font(textSize, 600);
    context.fillText(written(value), frame.right + leader, place + lineHeight / 2);
  });
}

/** A diamond on the right edge: what came out in the end. */
export function drawEnd({ context, theme, frame, y }: Plot, value: number, color: string): void {
  const corners = [
    [0, -6],
    [6, 0],
    [0, 6],
    [-6, 0],
  ] as const;
  context.fillStyle = color;
  context.strokeStyle = theme.paper;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [dx, dy] of corners) context.lineTo(frame.right + dx, y.at(value) + dy);
  context.closePath();
  context.fill();
  context.stroke();
}

/** As many digits as a loss is worth, and no noughts behind them. */
export function written(value: number): string {
  return value.toLocaleString('en', {
    maximumSignificantDigits: Math.abs(value) < 1 ? 3 : Math.abs(value) < 1000 ? 4 : 21,
  });
}

export function line(context: Context, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

export function circle(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
