import { linearAxis, logAxis, type Axis } from './axis.ts';
import { paper } from './canvas.ts';
import type { Look } from './look.ts';
import { circle, drawAxes, drawEndLabels, drawHeading, endLabelRoom, line, type Frame, type Plot } from './plot.ts';

/** A figure to be compared with: a horizontal line with its name. */
export interface Reference {
  name: string;
  value: number;
}

export interface LossCurve {
  title: string;
  /** what the loss is measured in, written above its axis */
  unit: string;
  /** one number a step */
  steps: number[];
  /** one number an epoch, the mean over it */
  epochs: number[];
  stepsPerEpoch: number;
  /** the loss on images the model was not trained on, after the last step */
  test?: Reference;
  references: Reference[];
}

const faint = 0.45;

/**
 * Training loss by epoch (by step, while there is hardly one epoch), the test figure at its end, the
 * references as lines. The loss falls by an order of magnitude within the first epoch and by
 * hundredths later; a logarithmic axis shows both.
 */
export function drawLossCurve(curve: LossCurve, look: Look): HTMLCanvasElement {
  const { theme, width } = look;
  const height = Math.round(Math.min(370, Math.max(280, width * 0.52)));
  const { canvas, context } = paper(look, height, curve.title);
  const labels = curve.references.map((reference) => ({ ...reference, color: theme.muted }));
  if (curve.test) labels.push({ ...curve.test, color: theme.second });
  const frame = { left: 48, right: width - endLabelRoom(context, labels), top: 58, bottom: height - 48 };
  const plot: Plot = { context, theme, frame, ...axes(curve, frame) };

  drawHeading(plot, `${curve.unit}, logarithmic`, [
    { name: 'each step', color: theme.first, alpha: faint, dot: false },
    { name: 'mean of an epoch', color: theme.first, alpha: 1, dot: true },
  ]);
  drawAxes(plot, inEpochs(curve) ? 'epoch' : 'step');
  for (const { value } of curve.references) drawReference(plot, value);
  drawSteps(plot, curve);
  drawEpochs(plot, curve);
  if (curve.test) drawTest(plot, curve.test.value);
  drawEndLabels(plot, labels);
  return canvas;
}

function inEpochs(curve: LossCurve): boolean {
  return curve.steps.length >= 2 * curve.stepsPerEpoch;
}

function axes(curve: LossCurve, frame: Frame): { x: Axis; y: Axis } {
  const figures = [...curve.references, ...(curve.test ? [curve.test] : [])].map(({ value }) => value);
  // A loss of nothing has no place on a logarithmic axis.
  const values = [...curve.steps, ...curve.epochs, ...figures].filter((value) => value > 0);
  // Not Math.min(...values): a long training has more steps than a call can have arguments.
  const min = values.reduce((a, b) => Math.min(a, b), values[0] ?? 1);
  const max = values.reduce((a, b) => Math.max(a, b), min);
  const end = Math.max(1, curve.steps.length) / (inEpochs(curve) ? curve.stepsPerEpoch : 1);
  return {
    x: linearAxis(0, end, frame.left, frame.right, Math.min((frame.right - frame.left) / 60, end)),
    y: logAxis(min / 1.12, max * 1.08, frame.bottom, frame.top, (frame.bottom - frame.top) / 50),
  };
}

function drawReference({ context, theme, frame, y }: Plot, value: number): void {
  context.strokeStyle = theme.muted;
  context.lineWidth = 1.25;
  context.setLineDash([5, 4]);
  line(context, frame.left, y.at(value), frame.right, y.at(value));
  context.setLineDash([]);
}

function drawSteps({ context, theme, x, y }: Plot, curve: LossCurve): void {
  const unit = inEpochs(curve) ? curve.stepsPerEpoch : 1;
  context.strokeStyle = context.fillStyle = theme.first;
  context.globalAlpha = faint;
  context.lineWidth = 1;
  context.beginPath();
  // The loss of step i (from 1) is drawn in the middle of its step.
  curve.steps.forEach((loss, i) => context.lineTo(x.at((i + 0.5) / unit), y.at(loss)));
  context.stroke();
  context.globalAlpha = 1;
}

function drawEpochs({ context, theme, x, y }: Plot, curve: LossCurve): void {
  const unit = inEpochs(curve) ? 1 : curve.stepsPerEpoch;
  const trained = curve.steps.length / curve.stepsPerEpoch;
  // An epoch's mean belongs to the middle of its epoch; one that was not finished is shorter.
  const middle = (i: number): number => x.at(((i + Math.min(i + 1, trained)) / 2) * unit);
  context.strokeStyle = context.fillStyle = theme.first;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.beginPath();
  curve.epochs.forEach((loss, i) => context.lineTo(middle(i), y.at(loss)));
  context.stroke();
  const crowded = middle(1) - middle(0) < 7;
  curve.epochs.forEach((loss, i) => circle(context, middle(i), y.at(loss), crowded ? 1.5 : 3));
}

function drawTest({ context, theme, frame, y }: Plot, value: number): void {
  const corners = [[0, -6], [6, 0], [0, 6], [-6, 0]] as const;
  context.fillStyle = theme.second;
  context.strokeStyle = theme.paper;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const [dx, dy] of corners) context.lineTo(frame.right + dx, y.at(value) + dy);
  context.closePath();
  context.fill();
  context.stroke();
}
