import { DataError, OptionError, ShapeError } from '../errors.ts';
import { checkNumber, checkNumbers, checkOptions, checkWord, shown } from '../runtime/options.ts';
import type { SeriesFacts } from './dataset.ts';

/** Windows of a series: what `series()` made, a view of it, or either in a worker. */
export interface Windows {
  /** The number of windows. */
  readonly length: number;
  /** The number of each window in what `series()` made. */
  readonly indices: Uint32Array;
  /** The positions of the windows. */
  readonly series?: SeriesFacts;
}

/** A stretch of time steps. */
export interface Interval {
  /** The first step. */
  from: number;
  /** The step after the last one. */
  to: number;
  /** The largest value in the stretch. */
  peak: number;
}

/**
 * Maps scores of windows to time steps. Each step of the series gets the mean score of the windows that cover it, or
 * NaN without such windows.
 *
 * A window's score holds for all of its steps, so a short event raises the score of every window around it. Scores of
 * single values, as `errors(windows, { perFeature: true })` returns, are more precise: a step gets the mean over its
 * own values in the windows that cover it.
 * @param scores a number for each window, as `errors` returns, or for each value of each window
 * @param windows what was scored: what `series` returned, or a view of it
 * @param options `combine`: how the scores of a step are combined: by their `'mean'` (default), their smallest
 * (`'min'`, above a limit only where all are) or their largest (`'max'`)
 * @returns a number for each time step of the whole series
 * @example
 * ```ts
 * import { openGpu, series, timeline } from 'latentgpu';
 *
 * const gpu = await openGpu();
 * const windows = await series(gpu, Float32Array.of(0, 1, 2, 3, 4), { length: 2, stride: 1 });
 * console.log(timeline(Float32Array.of(1, 2, 6, 0), windows)); // 1, 1.5, 4, 3, 0
 * windows.dispose();
 * ```
 * @throws OptionError for examples that are not windows of a series; ShapeError for another number of scores than
 * windows or values in them; DataError for a window's score of NaN
 */
export function timeline(
  scores: ArrayLike<number>,
  windows: Windows,
  options: { combine?: 'mean' | 'min' | 'max' } = {},
): Float32Array {
  checkOptions('timeline', options, ['combine']);
  const combine = checkWord('timeline: combine', options.combine ?? 'mean', ['mean', 'min', 'max']);

  const facts = windows?.series;
  if (!facts) throw new OptionError('timeline: the second argument must come from series(gpu, …)');
  checkNumbers('timeline: scores', scores);
  const { steps, length, stride, channels } = facts;
  const features = length * channels;
  const one = scores.length === windows.length;
  if (!one && scores.length !== windows.length * features)
    throw new ShapeError(
      `timeline: ${scores.length} scores, but ${windows.length} windows of ${features} values: give one for each window, or for each value`,
    );
  const totals = new Float64Array(steps);
  const counts = new Uint32Array(steps);
  // A blank value has no score.
  const wrong = Array.prototype.findIndex.call(
    scores,
    (score) => typeof score !== 'number' || (one && features > 1 && Number.isNaN(score)),
  );
  if (wrong >= 0) throw new DataError(`timeline: score ${wrong} is ${shown(scores[wrong])}, not a number`);
  const add = (step: number, score: number) => {
    if (Number.isNaN(score)) return;
    if (combine === 'mean') totals[step] += score;
    else totals[step] = counts[step] ? Math[combine](totals[step], score) : score;
    counts[step]++;
  };
  windows.indices.forEach((window, i) => {
    const first = window * stride;
    if (one) for (let step = 0; step < length; step++) add(first + step, scores[i]);
    else
      for (let value = 0; value < features; value++)
        add(first + Math.floor(value / channels), scores[i * features + value]);
  });
  return Float32Array.from(totals, (total, step) =>
    combine === 'mean' || !counts[step] ? total / counts[step] : total,
  );
}

/**
 * Returns the stretches of a timeline at or above a threshold. NaN, where no window covers a step, counts as below.
 * @param timeline a number for each time step, as `timeline` returns
 * @param threshold the smallest value that counts
 * @param options `gap`: stretches with at most this many steps between them are merged (default 0); `minLength`:
 * stretches with fewer steps are then left out (default 1)
 * @returns the stretches in their order: `to` is the step after the last one, `peak` the largest value
 * @example
 * ```ts
 * import { intervals } from 'latentgpu';
 *
 * const stretches = intervals(Float32Array.of(0, 5, 7, 0, 6, 0, 0, 0, 9), 5, { gap: 1, minLength: 2 });
 * console.log(stretches); // [{ from: 1, to: 5, peak: 7 }]
 * ```
 * @throws OptionError, DataError
 */
export function intervals(
  timeline: ArrayLike<number>,
  threshold: number,
  options: { minLength?: number; gap?: number } = {},
): Interval[] {
  checkNumbers('intervals: timeline', timeline);
  checkNumber('intervals: threshold', threshold);
  checkOptions('intervals', options, ['minLength', 'gap']);
  const { minLength = 1, gap = 0 } = options;
  checkNumber('intervals: minLength', minLength, { least: 1, whole: true });
  checkNumber('intervals: gap', gap, { least: 0, whole: true });
  const found: Interval[] = [];
  for (let step = 0; step < timeline.length; step++) {
    const value = timeline[step];
    if (typeof value !== 'number') throw new DataError(`intervals: step ${step} is ${shown(value)}, not a number`);
    if (!(value >= threshold)) continue;
    const last = found.at(-1);
    if (last && step - last.to <= gap) {
      last.to = step + 1;
      last.peak = Math.max(last.peak, value);
    } else found.push({ from: step, to: step + 1, peak: value });
  }
  return found.filter(({ from, to }) => to - from >= minLength);
}
