/**
 * Returns the indices of names in sorted order, so that the order of rows does not matter: numbers by value, then the
 * others by UTF-16 code units.
 */
export function classOrder(names: readonly string[], numberOf: (name: string) => number | undefined): number[] {
  const values = names.map((name) => {
    const value = numberOf(name) ?? NaN;
    return Number.isNaN(value) ? Infinity : value;
  });
  return [...names.keys()].sort((a, b) => Math.sign(values[a] - values[b]) || (names[a] < names[b] ? -1 : 1));
}
