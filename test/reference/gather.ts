/** Rows of a batch: those of `order`, or of the data as they lie, from `position` on; past the end of the epoch the last one again. They begin `stride` values apart. */
export function gather(
  data: ArrayLike<number>,
  columns: number,
  rows: number,
  real: number,
  position: number,
  scale: number,
  order?: ArrayLike<number>,
  stride = columns,
): Float64Array {
  const x = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const place = position + Math.min(r, real - 1);
    const row = order ? order[place] : place;
    for (let c = 0; c < columns; c++) x[r * columns + c] = scale * data[row * stride + c];
  }
  return x;
}
