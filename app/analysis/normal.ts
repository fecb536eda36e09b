/** The standard normal distribution. */

/** The value below which a share `p` of the distribution lies. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new Error(`the share of a distribution must be between 0 and 1, not ${p}`);
  let x = 0;
  // Away from the middle the density only falls, so Newton's method comes nearer from one side and never steps too far.
  for (let i = 0; i < 50; i++) x -= (share(x) - p) / density(x);
  return x;
}

/** Of all values, those below x: ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …). */
function share(x: number): number {
  let sum = 0;
  for (let term = x, n = 3; Math.abs(term) > 1e-17; term *= (x * x) / n, n += 2) sum += term;
  return 0.5 + density(x) * sum;
}

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}
