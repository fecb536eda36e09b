/** How a weight lies on the device, where that is not how it is known outside. */
export interface Layout {
  /** The sides that it has on the device. */
  readonly sides: readonly number[];
  /** Which of the sides on the device is the n-th one outside. */
  readonly axes: readonly number[];
  /** Its shape outside, where several sides on the device may be one. */
  readonly shape: readonly number[];
}

/** An image's height, width, channels: channels come last here, and first in PyTorch. */
export type Image = readonly [height: number, width: number, channels: number];
const channelsFirst = [2, 0, 1];

/**
 * The layout of a matrix, or of a vector where there are no columns, whose rows or columns are the values of an image: outside, they are in
 * the order of an image with its channels first. Undefined where neither are.
 */
export function imageLayout(
  rows: number,
  columns: number | undefined,
  rowImage: Image | undefined,
  columnImage: Image | undefined,
): Layout | undefined {
  if (!rowImage && !columnImage) return undefined;
  const shape = columns === undefined ? [rows] : [rows, columns];
  const groups: (readonly number[])[] = [
    rowImage ?? [rows],
    ...(columns === undefined ? [] : [columnImage ?? [columns]]),
  ];
  let first = 0;
  const axes = groups.flatMap((group) => {
    const own = (group.length === 3 ? channelsFirst : [0]).map((axis) => first + axis);
    first += group.length;
    return own;
  });
  return { sides: groups.flat(), axes, shape };
}

/** The layout of a kernel [out, height, width, in], outside [out, in, height, width]. */
export const kernelLayout = ([out, height, width, channels]: readonly [number, number, number, number]): Layout => ({
  sides: [out, height, width, channels],
  axes: [0, 3, 1, 2],
  shape: [out, channels, height, width],
});

/** The layout of a kernel of groups, [height, width, channels of a group, filters], outside [filters, channels of a group, height, width]. */
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

/** Values as they are known outside. */
export function toOutside(values: Float32Array, layout: Layout): Float32Array {
  return moved(values, layout, (to, from, outside, inside) => (to[outside] = from[inside]));
}

/** Values as they lie on the device. */
export function toInside(values: Float32Array, layout: Layout): Float32Array {
  return moved(values, layout, (to, from, outside, inside) => (to[inside] = from[outside]));
}

function moved(
  values: Float32Array,
  { sides, axes }: Layout,
  move: (to: Float32Array, from: Float32Array, outside: number, inside: number) => void,
): Float32Array {
  const result = new Float32Array(values.length);
  const strides = sides.map((_, axis) => sides.slice(axis + 1).reduce((product, n) => product * n, 1));
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
