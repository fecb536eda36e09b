/** What a blank value of a table or a series holds on the device, larger than any other: 3 · 2¹²⁶. Not NaN, which not all devices keep apart from numbers. */
export const blankCell = 3 * 2 ** 126;

/** What float32 makes of it. */
const blank = Math.fround(blankCell);

/** NaN in the place of blanks; changes the values themselves. */
export function blanksAsNaN(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) if (values[i] === blank) values[i] = NaN;
  return values;
}
