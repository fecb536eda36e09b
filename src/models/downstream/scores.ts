import { DataError, ShapeError } from '../../errors.ts';
import { checkNumber, checkNumbers, checkOptions, shown } from '../../runtime/options.ts';

/**
 * Returns the score above which an example counts as an anomaly if a fraction of `contamination` of them are: the (1 −
 * contamination) quantile, with linear interpolation between neighbouring scores, as in PyOD.
 * @param scores the scores, as `errors` returns them
 * @param options `contamination`: the fraction of the scores above the threshold
 * @example
 * ```ts
 * import { threshold } from 'latentgpu';
 *
 * const scores = [0.1, 0.2, 0.1, 0.9]; // as model.errors(data) returns
 * const limit = threshold(scores, { contamination: 0.25 });
 * const strange = scores.flatMap((score, row) => (score > limit ? [row] : [])); // [3]
 * ```
 * @throws OptionError, DataError
 */
export function threshold(scores: ArrayLike<number>, options: { contamination: number }): number {
  checkOptions('threshold', options, ['contamination']);
  const contamination = checkNumber('threshold: contamination', options.contamination, { above: 0, most: 0.5 });
  checkScores('threshold', scores);
  const sorted = Float64Array.from(scores).sort();
  const place = (1 - contamination) * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/**
 * Points of a receiver operating characteristic, from (0, 0) to (1, 1). At point i, examples that score at least
 * `thresholds[i]` are called anomalies.
 */
export interface RocCurve {
  /** The false positive rates: the fraction of the normal examples that are called anomalies. */
  fpr: Float64Array;
  /** The true positive rates: the fraction of the anomalies that are called anomalies. */
  tpr: Float64Array;
  /** The thresholds, falling; the first is infinite. */
  thresholds: Float64Array;
}

/**
 * Computes the receiver operating characteristic of scores, which are higher for stranger examples. Labels are 1 or
 * true for anomalies, otherwise 0 or false. There is one point for each distinct score.
 * @param scores the scores, higher for stranger examples
 * @param labels 1 or true for an anomaly, 0 or false for a normal example
 * @example
 * ```ts
 * import { rocCurve } from 'latentgpu';
 *
 * const { fpr, tpr, thresholds } = rocCurve([0.1, 0.2, 0.1, 0.9], [0, 0, 0, 1]);
 * ```
 * @throws ShapeError; DataError where a label is another value, or all are equal
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): RocCurve {
  const { order, positive, positives } = ranked('rocCurve', scores, labels);
  const negatives = order.length - positives;
  const points = [{ fpr: 0, tpr: 0, threshold: Infinity }];
  let [hits, alarms] = [0, 0];
  order.forEach((example, i) => {
    if (positive[example]) hits++;
    else alarms++;
    if (i + 1 === order.length || scores[order[i + 1]] !== scores[example])
      points.push({ fpr: alarms / negatives, tpr: hits / positives, threshold: scores[example] });
  });
  const column = (name: 'fpr' | 'tpr' | 'threshold') => Float64Array.from(points, (point) => point[name]);
  return { fpr: column('fpr'), tpr: column('tpr'), thresholds: column('threshold') };
}

/**
 * Computes the area under the receiver operating characteristic: the probability that an anomaly scores higher than a
 * normal example, where equal scores count half (Hanley & McNeil 1982).
 * @param scores the scores, higher for stranger examples
 * @param labels 1 or true for an anomaly, 0 or false for a normal example
 * @example
 * ```ts
 * import { rocAuc } from 'latentgpu';
 *
 * const auc = rocAuc([0.1, 0.2, 0.1, 0.9], [0, 0, 0, 1]); // 1: the anomaly has the highest score
 * ```
 * @throws ShapeError, DataError
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number | boolean>): number {
  const { fpr, tpr } = rocCurve(scores, labels);
  return fpr.reduce((area, x, i) => (i ? area + (x - fpr[i - 1]) * 0.5 * (tpr[i] + tpr[i - 1]) : 0), 0);
}

function ranked(where: string, scores: ArrayLike<number>, labels: ArrayLike<number | boolean>) {
  checkScores(where, scores);
  checkNumbers(`${where}: labels`, labels);
  if (scores.length !== labels.length)
    throw new ShapeError(`${where}: ${scores.length} scores, but ${labels.length} labels`);
  const positive = Array.from(labels, (label, i) => {
    if (label !== 0 && label !== 1 && label !== false && label !== true)
      throw new DataError(`${where}: label ${i} is ${shown(label)}, neither 0 nor 1`);
    return Boolean(label);
  });
  const positives = positive.filter(Boolean).length;
  if (!positives || positives === positive.length)
    throw new DataError(
      `${where}: needs labels of both anomalies (1) and normal examples (0); all ${positive.length} labels are ${positives ? 1 : 0}`,
    );
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  return { order, positive, positives };
}

function checkScores(where: string, scores: ArrayLike<number>): void {
  if (!checkNumbers(`${where}: scores`, scores).length) throw new DataError(`${where}: scores is empty`);
  const wrong = Array.from(scores).findIndex((score) => !Number.isFinite(score));
  if (wrong >= 0)
    throw new DataError(
      `${where}: score ${wrong} is ${shown(scores[wrong])}${scores[wrong] === Infinity ? ': that example is an anomaly in any case, leave it out here' : ''}`,
    );
}
