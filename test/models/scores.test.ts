import { describe, expect, it } from 'vitest';
import { DataError, OptionError, rocAuc, rocCurve, ShapeError, threshold } from '../../src/index.ts';
import { Draw } from '../support/random.ts';

describe('threshold', () => {
  it('is the quantile that PyOD uses', () => {
    const scores = Float32Array.from({ length: 11 }, (_, i) => 10 - i);
    expect(threshold(scores, { contamination: 0.1 })).toBeCloseTo(9, 12);
    expect(threshold(scores, { contamination: 0.25 })).toBeCloseTo(7.5, 12);
    expect(threshold([3], { contamination: 0.5 })).toBe(3);
  });

  it('has that share of the scores above it', () => {
    const scores = new Draw(1).floats(1000);
    const limit = threshold(scores, { contamination: 0.05 });
    expect(scores.filter((score) => score > limit).length).toBe(50);
  });

  it('refuses invalid scores', () => {
    expect(() => threshold([1], { contamination: 0 })).toThrow(OptionError);
    expect(() => threshold([1], { contamination: 0.6 })).toThrow(OptionError);
    expect(() => threshold([1], {} as never)).toThrow(OptionError);
    expect(() => threshold([], { contamination: 0.1 })).toThrow(DataError);
    expect(() => threshold([1, NaN], { contamination: 0.1 })).toThrow('threshold: score 1 is NaN');
    expect(() => threshold([1, Infinity], { contamination: 0.1 })).toThrow(
      'threshold: score 1 is Infinity: that example is an anomaly in any case, leave it out here',
    );
  });
});

describe('rocCurve and rocAuc', () => {
  it('have the points of an example calculated by hand', () => {
    const { fpr, tpr, thresholds } = rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect([...thresholds]).toEqual([Infinity, 0.8, 0.4, 0.35, 0.1]);
    expect([...fpr]).toEqual([0, 0, 0.5, 0.5, 1]);
    expect([...tpr]).toEqual([0, 0.5, 0.5, 1, 1]);
    expect(rocAuc([0.1, 0.4, 0.35, 0.8], [false, false, true, true])).toBe(0.75);
  });

  it('is 1 if all anomalies score higher, 0 if all score lower, and ½ if all score the same', () => {
    expect(rocAuc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(rocAuc([4, 3, 2, 1], [0, 0, 1, 1])).toBe(0);
    expect(rocAuc([7, 7, 7], [0, 1, 0])).toBe(0.5);
  });

  it('is the probability that an anomaly scores higher, with ties counted half', () => {
    const draw = new Draw(2);
    const scores = Array.from({ length: 200 }, () => draw.whole(0, 20));
    const labels = scores.map((score) => (draw.whole(0, 40) < score ? 1 : 0));
    let [wins, pairs] = [0, 0];
    scores.forEach((a, i) =>
      scores.forEach((b, j) => {
        if (!labels[i] || labels[j]) return;
        pairs++;
        wins += a > b ? 1 : a === b ? 0.5 : 0;
      }),
    );
    expect(rocAuc(scores, labels)).toBeCloseTo(wins / pairs, 12);
  });

  it('refuse invalid scores', () => {
    expect(() => rocAuc([1, 2], [0])).toThrow(ShapeError);
    expect(() => rocAuc([1, 2], [1, 1])).toThrow(
      'rocCurve: needs labels of both anomalies (1) and normal examples (0); all 2 labels are 1',
    );
    expect(() => rocAuc([1, 2], [1, 2])).toThrow('rocCurve: label 1 is 2, neither 0 nor 1');
    expect(() => rocCurve([Infinity, 2], [1, 0])).toThrow(DataError);
    expect(() => rocAuc([1, NaN], [1, 0])).toThrow('rocCurve: score 1 is NaN');
  });
});
