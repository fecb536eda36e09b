import type { History, LossPoint, Verdict } from './protocol.ts';

/** The most points of a history, about as many as a chart has pixels. */
const most = 1500;

export const emptyHistory = (): History => ({ epochs: [], steps: [], heldOut: [] });

/**
 * Returns points without every second one of the older half if there are too many, so that the latest ones keep their
 * detail.
 */
export function thinned(points: LossPoint[]): LossPoint[] {
  if (points.length <= most) return points;
  const half = Math.floor(points.length / 2);
  return points.filter((_, i) => i >= half || i % 2 === 0);
}

/** Returns a history with newer points added. */
export function extended(history: History, news: History): History {
  const { epochs, steps, heldOut } = history;
  return {
    epochs: thinned([...epochs, ...news.epochs]),
    steps: thinned([...steps, ...news.steps]),
    heldOut: thinned([...heldOut, ...news.heldOut]),
  };
}

/** Returns a history with a verdict on the held-out examples added. */
export const judged = (history: History, { at, losses }: Verdict): History =>
  extended(history, { ...emptyHistory(), heldOut: [{ at, ...losses }] });
