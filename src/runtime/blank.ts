/**
 * The value of a blank cell of a table on the device, larger than any other cell: 3 · 2¹²⁶. It is not NaN, which some
 * devices do not distinguish from numbers.
 */
export const blankCell = 3 * 2 ** 126;
