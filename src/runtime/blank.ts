/**
 * The value of a blank of a table or a series on the device, larger than any other value: 3 · 2¹²⁶. It is not NaN,
 * which some devices do not distinguish from numbers.
 */
export const blankCell = 3 * 2 ** 126;

/** A blank in float32. */
const blank = /* @__PURE__ */ Math.fround(blankCell);

/** Replaces blanks by NaN, in place. */
export function blanksAsNaN(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) if (values[i] === blank) values[i] = NaN;
  return values;
}
