import { linearAxis, logAxis, type Axis } from './axis.ts';
import { paper } from './canvas.ts';
import { font, type Look } from './look.ts';
import {
  circle,
  drawAxes,
  drawEnd,
  drawEndLabels,
  drawHeading,
  endLabelRoom,
  line,
  type Frame,
  type Plot,
} from './plot.ts';

/** A figure to be compared with: a horizontal line with its name. */
export interface Reference {
  name: string;
  value: number;
}

export interface LossCurve {
  title: string;
  /** The unit of the loss, written above its axis. */
  unit: string;
  /** Trainings one after the other; mostly there is one. */
  stages: LossStage[];
  stepsPerEpoch: number;
  /** The loss after the last step on images that the model was not trained on. */
  test?: Reference;
  /** The figures that the last stage is compared with. */
  references: Reference[];
}

export interface LossStage {
  name: string;
  /** The loss of each step. */
  steps: number[];
  /** The mean loss of each epoch. */
  epochs: number[];
}

/** A stage and the steps before it. */
interface PlacedStage extends LossStage {
  first: number;
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
  const frame = {
    left: 48,
    right: width - endLabelRoom(context, labels),
    top: curve.stages.length > 1 ? 74 : 58,
    bottom: height - 48,
  };
  const plot: Plot = { context, theme, frame, ...axes(curve, frame) };
  const stages = placed(curve);
  const begin = plot.x.at((stages.at(-1)?.first ?? 0) / unitOf(curve));

  drawHeading(plot, `${curve.unit}, logarithmic`, [
    { name: 'each step', color: theme.first, alpha: faint, mark: 'line' },
    { name: 'mean of an epoch', color: theme.first, mark: 'line with dots' },
  ]);
  drawAxes(plot, inEpochs(curve) ? 'epoch' : 'step');
  for (const { value } of curve.references) drawReference(plot, begin, value);
  if (stages.length > 1) stages.forEach((stage) => drawStage(plot, curve, stage));
  for (const stage of stages) drawSteps(plot, curve, stage);
  for (const stage of stages) drawEpochs(plot, curve, stage);
  if (curve.test) drawEnd(plot, curve.test.value, theme.second);
  drawEndLabels(plot, labels);
  return canvas;
}

function placed({ stages }: LossCurve): PlacedStage[] {
  let first = 0;
  return stages.map((stage) => ({ ...stage, first: (first += stage.steps.length) - stage.steps.length }));
}

function stepsOf({ stages }: LossCurve): number {
  return stages.reduce((sum, { steps }) => sum + steps.length, 0);
}

function inEpochs(curve: LossCurve): boolean {
  return stepsOf(curve) >= 2 * curve.stepsPerEpoch;
}

/** Steps in one unit of the horizontal axis. */
function unitOf(curve: LossCurve): number {
  return inEpochs(curve) ? curve.stepsPerEpoch : 1;
}

function axes(curve: LossCurve, frame: Frame): { x: Axis; y: Axis } {
  const figures = [...curve.references, ...(curve.test ? [curve.test] : [])].map(({ value }) => value);
  // A loss of nothing has no place on a logarithmic axis.
  const values = [...curve.stages.flatMap(({ steps, epochs }) => [...steps, ...epochs]), ...figures].filter(
    (value) => value > 0,
  );
  // Not Math.min(...values): a long training has more steps than a call can have arguments.
  const min = values.reduce((a, b) => Math.min(a, b), values[0] ?? 1);
  const max = values.reduce((a, b) => Math.max(a, b), min);
  const end = Math.max(1, stepsOf(curve)) / unitOf(curve);
  return {
    x: linearAxis(0, end, frame.left, frame.right, Math.min((frame.right - frame.left) / 60, end)),
    y: logAxis(min / 1.12, max * 1.08, frame.bottom, frame.top, (frame.bottom - frame.top) / 50),
  };
}

function drawReference({ context, theme, frame, y }: Plot, begin: number, value: number): void {
  context.strokeStyle = theme.muted;
  context.lineWidth = 1.25;
  context.setLineDash([5, 4]);
  line(context, begin, y.at(value), frame.right, y.at(value));
  context.setLineDash([]);
}

/** Its name in the middle above it, and a line where it begins. */
function drawStage({ context, theme, frame, x }: Plot, curve: LossCurve, { name, first, steps }: PlacedStage): void {
  const [from, to] = [first, first + steps.length].map((step) => x.at(step / unitOf(curve)));
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  if (first > 0) line(context, from, frame.top - 18, from, frame.bottom);
  context.fillStyle = theme.muted;
  context.font = font(12);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(name, (from + to) / 2, frame.top - 14, to - from - 4);
}

function drawSteps({ context, theme, x, y }: Plot, curve: LossCurve, { first, steps }: PlacedStage): void {
  context.strokeStyle = context.fillStyle = theme.first;
  context.globalAlpha = faint;
  context.lineWidth = 1;
  context.beginPath();
  // The loss of step i (from 1) is drawn in the middle of its step.
  steps.forEach((loss, i) => context.lineTo(x.at((first + i + 0.5) / unitOf(curve)), y.at(loss)));
  context.stroke();
  context.globalAlpha = 1;
}

function drawEpochs({ context, theme, x, y }: Plot, curve: LossCurve, { first, steps, epochs }: PlacedStage): void {
  const trained = steps.length / curve.stepsPerEpoch;
  // An epoch's mean belongs to the middle of its epoch; one that was not finished is shorter.
  const middle = (i: number): number =>
    x.at((first + ((i + Math.min(i + 1, trained)) / 2) * curve.stepsPerEpoch) / unitOf(curve));
  context.strokeStyle = context.fillStyle = theme.first;
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.beginPath();
  epochs.forEach((loss, i) => context.lineTo(middle(i), y.at(loss)));
  context.stroke();
  const crowded = middle(1) - middle(0) < 7;
  epochs.forEach((loss, i) => circle(context, middle(i), y.at(loss), crowded ? 1.5 : 3));
}
