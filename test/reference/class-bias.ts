/** z [rows, places × units] with the bias of each row's class, in float64; of each label, `samples` rows lie one behind the other. */
export function classBias(
  z: ArrayLike<number>,
  bias: ArrayLike<number>,
  labels: readonly number[],
  { across, units, samples }: { across: number; units: number; samples: number },
): Float64Array {
  return Float64Array.from(
    z,
    (value, i) => value + bias[labels[Math.floor(i / across / samples)] * units + (i % units)],
  );
}
