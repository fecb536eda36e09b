import type { History, LossPoint } from './protocol.ts';

/** More points than a chart has pixels say nothing more. */
const most = 1500;

export const emptyHistory = (): History => ({ epochs: [], steps: [], heldOut: [] });

/** Every second point of the older half left out, once there are too many: what happened last is seen best. */
export function thinned(points: LossPoint[]): LossPoint[] {
  if (points.length <= most) return points;
  const half = Math.floor(points.length / 2);
  return points.filter((_, i) => i >= half || i % 2 === 0);
}

/** The same history, and what came since. */
export function extended(history: History, news: History): History {
  const { epochs, steps, heldOut } = history;
  return {
    epochs: thinned([...epochs, ...news.epochs]),
    steps: thinned([...steps, ...news.steps]),
    heldOut: thinned([...heldOut, ...news.heldOut]),
  };
}
