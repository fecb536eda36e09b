/** Where numbers lie on an axis, and which of them are written beside it. No canvas in here. */

export interface Axis {
  ticks: number[];
  /** Returns the place of a value in pixels. */
  at(value: number): number;
}

/** From `min` at pixel `from` to `max` at pixel `to`. */
export function linearAxis(min: number, max: number, from: number, to: number, wanted: number): Axis {
  return { ticks: roundTicks(min, max, wanted), at: (value) => from + ((value - min) / (max - min)) * (to - from) };
}

/** The same, where equal factors take equal room. */
export function logAxis(min: number, max: number, from: number, to: number, wanted: number): Axis {
  const factor = Math.log(max / min);
  // Over less than a factor of 4 too few of 1, 2, 5, 10 lie inside; there the two axes look nearly alike anyway.
  const ticks = max / min < 4 ? roundTicks(min, max, wanted) : decadeTicks(min, max);
  return { ticks, at: (value) => from + (Math.log(value / min) / factor) * (to - from) };
}

/** At most about `wanted` multiples of 1, 2 or 5 times a power of ten. */
export function roundTicks(min: number, max: number, wanted: number): number[] {
  const rough = (max - min) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((digit) => digit * power >= rough * 0.99) ?? 10);
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => tidy((first + i) * step));
}

/** The usual round numbers of a logarithmic axis, the fewer the more powers of ten it spans. */
function decadeTicks(min: number, max: number): number[] {
  const digits = max / min > 1e4 ? [1] : max / min > 40 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7];
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(min)); 10 ** exponent <= max; exponent++) {
    for (const digit of digits) ticks.push(tidy(digit * 10 ** exponent));
  }
  return ticks.filter((tick) => tick >= min && tick <= max);
}

/** 0.30000000000000004 is 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** Moves labels apart, as little as it takes, until they are `spacing` from one another and between `top` and `bottom`. */
export function spread(wanted: number[], spacing: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const places = [...wanted];
  // Two labels pushed apart may meet a third, so it takes as many rounds as there are labels.
  for (let round = 0; round < wanted.length; round++) {
    for (let k = 1; k < order.length; k++) {
      const [above, below] = [order[k - 1], order[k]];
      const missing = spacing - (places[below] - places[above]);
      if (missing <= 0) continue;
      places[above] -= missing / 2;
      places[below] += missing / 2;
    }
  }
  // Whatever left the room is pushed back in, and pushes its neighbours along.
  let limit = bottom;
  for (const i of [...order].reverse()) limit = (places[i] = Math.min(places[i], limit)) - spacing;
  limit = top;
  for (const i of order) limit = (places[i] = Math.max(places[i], limit)) + spacing;
  return places;
}
