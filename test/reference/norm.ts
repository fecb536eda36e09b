type Numbers = ArrayLike<number>;

export interface Normalized {
  y: Float64Array;
  mean: Float64Array;
  /** The mean of the squared differences from the mean, without Bessel's correction. */
  variance: Float64Array;
}

/** Each value less the mean of its set, over the root of its variance and ε; times its channel's weight, and its bias. */
function normalized(
  x: Numbers,
  weight: Numbers,
  bias: Numbers,
  epsilon: number,
  setOf: (i: number) => number,
): Normalized {
  const count: number[] = [];
  const mean: number[] = [];
  const variance: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const set = setOf(i);
    count[set] = (count[set] ?? 0) + 1;
    mean[set] = (mean[set] ?? 0) + x[i];
  }
  count.forEach((n, set) => (mean[set] /= n));
  for (let i = 0; i < x.length; i++) {
    const set = setOf(i);
    variance[set] = (variance[set] ?? 0) + (x[i] - mean[set]) ** 2 / count[set];
  }
  const y = Float64Array.from(x, (value, i) => {
    const [set, c] = [setOf(i), i % weight.length];
    return ((value - mean[set]) / Math.sqrt(variance[set] + epsilon)) * weight[c] + bias[c];
  });
  return { y, mean: Float64Array.from(mean), variance: Float64Array.from(variance) };
}

/** Rows of places × channels, channels last. */
export function groupNorm(
  x: Numbers,
  weight: Numbers,
  bias: Numbers,
  { places, groups, epsilon }: { places: number; groups: number; epsilon: number },
): Float64Array {
  const channels = weight.length;
  const setOf = (i: number) =>
    Math.floor(i / (places * channels)) * groups + Math.floor((i % channels) / (channels / groups));
  return normalized(x, weight, bias, epsilon, setOf).y;
}

export const layerNorm = (x: Numbers, weight: Numbers, bias: Numbers, epsilon: number): Float64Array =>
  groupNorm(x, weight, bias, { places: 1, groups: 1, epsilon });

/** Each channel over all rows and places. */
export const batchNorm = (x: Numbers, weight: Numbers, bias: Numbers, epsilon: number): Normalized =>
  normalized(x, weight, bias, epsilon, (i) => i % weight.length);
