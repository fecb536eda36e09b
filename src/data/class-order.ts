/**
 * The places of names in an order that does not depend on the order of rows: those that are numbers by value, then the others by their UTF-16 code
 * units.
 */
export function classOrder(names: readonly string[], numberOf: (name: string) => number | undefined): number[] {
  const values = names.map((name) => {
    const value = numberOf(name) ?? NaN;
    return Number.isNaN(value) ? Infinity : value;
  });
  return [...names.keys()].sort((a, b) => Math.sign(values[a] - values[b]) || (names[a] < names[b] ? -1 : 1));
}
