import { linearAxis } from './axis.ts';
import { margin, paper, type Context } from './canvas.ts';
import { font, type Look, type Theme } from './look.ts';
import { circle, drawAxes, drawHeading, type Plot } from './plot.ts';

export interface Scatter {
  title?: string;
  /** The x and y of each point, one after the other. */
  points: ArrayLike<number>;
  /** The class of each point, if the points have classes. */
  labels?: ArrayLike<number>;
  /** Further points that the axes include, so that two pictures can be compared. */
  roomFor?: ArrayLike<number>;
  xName: string;
  yName: string;
}

/** Points in the colour of their class, and each class's name where its middle is: no one has to tell ten colours apart. */
export function drawScatter(scatter: Scatter, look: Look): HTMLCanvasElement {
  const { theme } = look;
  const side = Math.min(560, look.width - 48 - margin);
  const frame = { left: 40, right: 40 + side, top: 56, bottom: 56 + side };
  const { canvas, context } = paper({ ...look, width: frame.right + margin }, frame.bottom + 48, scatter.title);
  const { x, y } = bounds(scatter);
  const plot: Plot = {
    context,
    theme,
    frame,
    x: linearAxis(x.from, x.to, frame.left, frame.right, side / 60),
    y: linearAxis(y.from, y.to, frame.bottom, frame.top, side / 60),
  };
  const classes = [...new Set(Array.from(scatter.labels ?? []))].sort((a, b) => a - b);
  const colors = new Map(classes.map((label, i) => [label, theme.classes[i % theme.classes.length]]));
  drawHeading(
    plot,
    scatter.yName,
    classes.map((label) => ({ name: `${label}`, color: colors.get(label)!, mark: 'dot' })),
  );
  drawAxes(plot, scatter.xName);
  drawPoints(plot, scatter, colors);
  for (const label of classes)
    drawName(
      context,
      theme,
      `${label}`,
      colors.get(label)!,
      middle(scatter, label).map((value, axis) => [plot.x, plot.y][axis].at(value)),
    );
  return canvas;
}

/** Both axes with the same scale, around all points. */
function bounds({ points, roomFor = [] }: Scatter): Record<'x' | 'y', { from: number; to: number }> {
  const extent = [0, 1].map((axis) => {
    let [from, to] = [Infinity, -Infinity];
    for (const all of [points, roomFor])
      for (let i = axis; i < all.length; i += 2) [from, to] = [Math.min(from, all[i]), Math.max(to, all[i])];
    return { middle: (from + to) / 2, reach: (to - from) / 2 };
  });
  const reach = 1.03 * (Math.max(...extent.map((one) => one.reach)) || 1);
  const [x, y] = extent.map(({ middle }) => ({ from: middle - reach, to: middle + reach }));
  return { x, y };
}

function drawPoints({ context, theme, x, y }: Plot, { points, labels }: Scatter, colors: Map<number, string>): void {
  const count = points.length / 2;
  const radius = count > 2000 ? 1.2 : 2;
  context.globalAlpha = 0.75;
  for (let i = 0; i < count; i++) {
    context.fillStyle = labels ? colors.get(labels[i])! : theme.muted;
    circle(context, x.at(points[2 * i]), y.at(points[2 * i + 1]), radius);
  }
  context.globalAlpha = 1;
}

function drawName(context: Context, theme: Theme, name: string, color: string, [x, y]: number[]): void {
  context.font = font(24, 600);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 6;
  context.strokeStyle = theme.paper;
  context.strokeText(name, x, y);
  context.fillStyle = color;
  context.fillText(name, x, y);
}

/** The median of either coordinate: points far out do not move it. */
function middle({ points, labels = [] }: Scatter, label: number): number[] {
  const members = Array.from(labels).flatMap((own, i) => (own === label ? [i] : []));
  return [0, 1].map((axis) => members.map((i) => points[2 * i + axis]).sort((a, b) => a - b)[members.length >> 1]);
}
