type Numbers = ArrayLike<number>;
type Shape = readonly number[];

/** The shape two operands have together, as NumPy has it. */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const sides = Math.max(a.length, b.length);
  return Array.from({ length: sides }, (_, i) => Math.max(a[i - sides + a.length] ?? 1, b[i - sides + b.length] ?? 1));
}

/** Where the value for a place in the result lies in an operand. */
function offset(place: Shape, operand: Shape): number {
  let at = 0;
  operand.forEach((side, i) => (at = at * side + (side === 1 ? 0 : place[i + place.length - operand.length])));
  return at;
}

export function elementwise(
  combine: (a: number, b: number) => number,
  a: Numbers,
  aShape: Shape,
  b: Numbers,
  bShape: Shape,
): Float64Array {
  const shape = broadcastShape(aShape, bShape);
  const y = new Float64Array(shape.reduce((product, n) => product * n, 1));
  for (let i = 0; i < y.length; i++) {
    let rest = i;
    const place = shape.toReversed().map((side) => {
      const at = rest % side;
      rest = Math.floor(rest / side);
      return at;
    });
    place.reverse();
    y[i] = combine(a[offset(place, aShape)], b[offset(place, bShape)]);
  }
  return y;
}
