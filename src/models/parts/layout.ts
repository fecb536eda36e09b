/**
 * The layout of a weight on the device, where it differs from the one outside, which is the one that users and files
 * see.
 */
export interface Layout {
  /** The shape on the device. */
  readonly sides: readonly number[];
  /** For each dimension outside, in order, the index of the same one on the device. */
  readonly axes: readonly number[];
  /** The shape outside, in which several dimensions on the device may be merged to one. */
  readonly shape: readonly number[];
}

/** An image's height, width, channels: channels come last here, and first in PyTorch. */
export type Image = readonly [height: number, width: number, channels: number];
/** An image, or several one after the other with their number in front. */
export type Images = readonly [...count: number[], height: number, width: number, channels: number];

/**
 * Returns the layout of a matrix whose rows or columns are the values of an image, or of a vector if `columns` is
 * undefined. Outside, they have the order of an image with its channels first. The result is undefined if neither rows
 * nor columns belong to an image.
 */
export function imageLayout(
  rows: number,
  columns: number | undefined,
  rowImage: Images | undefined,
  columnImage: Images | undefined,
): Layout | undefined {
  if (!rowImage && !columnImage) return undefined;
  const shape = columns === undefined ? [rows] : [rows, columns];
  const groups: (readonly number[])[] = [
    rowImage ?? [rows],
    ...(columns === undefined ? [] : [columnImage ?? [columns]]),
  ];
  let first = 0;
  const axes = groups.flatMap((group) => {
    const own = group.map(() => first++);
    // The channels move in front of height and width.
    own.splice(-2, 0, own.pop()!);
    return own;
  });
  return { sides: groups.flat(), axes, shape };
}

/** Returns the layout of a kernel [out, height, width, in], which is [out, in, height, width] outside. */
export const kernelLayout = ([out, height, width, channels]: readonly [number, number, number, number]): Layout => ({
  sides: [out, height, width, channels],
  axes: [0, 3, 1, 2],
  shape: [out, channels, height, width],
});

/**
 * Returns the layout of a grouped kernel, [height, width, channels of a group, filters], which is [filters, channels of
 * a group, height, width] outside.
 */
export const groupedLayout = ([height, width, channels, filters]: readonly [
  number,
  number,
  number,
  number,
]): Layout => ({
  sides: [height, width, channels, filters],
  axes: [3, 2, 0, 1],
  shape: [filters, channels, height, width],
});

/** Converts values from the layout of the device to the one outside. */
export function toOutside(values: Float32Array, layout: Layout): Float32Array {
  return moved(values, layout, (to, from, outside, inside) => (to[outside] = from[inside]));
}

/** Converts values from the layout outside to the one of the device. */
export function toInside(values: Float32Array, layout: Layout): Float32Array {
  return moved(values, layout, (to, from, outside, inside) => (to[inside] = from[outside]));
}

/** Returns how many values lie between two neighbours along each dimension. */
export const stridesOf = (sides: readonly number[]): number[] =>
  sides.map((_, axis) => sides.slice(axis + 1).reduce((product, n) => product * n, 1));

function moved(
  values: Float32Array,
  { sides, axes }: Layout,
  move: (to: Float32Array, from: Float32Array, outside: number, inside: number) => void,
): Float32Array {
  const result = new Float32Array(values.length);
  const strides = stridesOf(sides);
  for (let outside = 0; outside < values.length; outside++) {
    let rest = outside;
    let inside = 0;
    for (const axis of axes.toReversed()) {
      inside += (rest % sides[axis]) * strides[axis];
      rest = Math.floor(rest / sides[axis]);
    }
    move(result, values, outside, inside);
  }
  return result;
}
