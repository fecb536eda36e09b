/** What a blank cell of a table holds on the device, larger than any other cell: 3 · 2¹²⁶. Not NaN, which not all devices keep apart from numbers. */
export const blankCell = 3 * 2 ** 126;
