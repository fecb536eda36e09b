import { Failure } from '../failure.mjs';

/** @typedef {import('./report.ts').DispatchRecord} DispatchRecord */

const share = (/** @type {number} */ all, /** @type {number} */ parts) => Math.ceil(all / parts);
const quads = (/** @type {number} */ length) => Math.ceil(length / 4);
/** Returns the number of waits for consecutive loads, of which eight run at once, and the last ones alone. */
const eights = (/** @type {number} */ length) => Math.floor(length / 8) + (length % 8);
/** Returns the steps of an invocation in a convolution, which take four k each and are distributed in pairs. */
const dealt = (/** @type {number} */ steps, /** @type {string} */ kernel) =>
  splitOf(kernel) > 1 ? 2 * share(share(steps, 2), splitOf(kernel)) : steps;
/** Returns the number of parts into which a way splits its sums. */
const splitOf = (/** @type {string} */ kernel) => Number(/ split in (\d+)/.exec(kernel)?.[1] ?? 1);
/**
 * The number of consecutive waits for loads in the longest invocation: in the loop that multiplies, and in a loop that
 * mostly loads, which runs at the same time in other invocations.
 * @typedef {{ multiplying: number, loading: number }} Turns
 */

/**
 * The waits of each kernel, by the beginning of its name: those in the loop that multiplies, or both kinds. The first
 * entry that fits is used.
 */
/** @type {readonly [start: string, turns: (sizes: Record<string, number>, buffers: readonly string[], kernel: string) => number | [number, number]][]} */
const serial = [
  ['gather', () => 2], // The row's number, and then the row.
  [
    'matmul ',
    ({ k }, buffers, kernel) => {
      const split = splitOf(kernel);
      if (split > 1) return share(quads(k), split);
      // A workgroup waits once for each pair of blocks that it loads.
      const shared = / (\d)x\d shared/.exec(kernel);
      if (shared) return [share(k, 128 / Number(shared[1])), buffers.includes('sums') ? eights(k) : 0];
      // The invocations that sum the rows for the bias each read all of k.
      return [quads(k), buffers.includes('sums') ? eights(k) : 0];
    },
  ],
  [
    'conv2d transposed ',
    ({ kernel_height, kernel_width, stride_y, stride_x, step_y = stride_y, step_x = stride_x, filters }, _, kernel) => {
      const taps = share(kernel_height, step_y) * share(kernel_width, step_x);
      return dealt(taps * quads(filters), kernel);
    },
  ],
  [
    'conv2d weights ',
    ({ batch, parts, out_height, out_width }, buffers, kernel) => {
      const split = splitOf(kernel);
      const rows = share(batch, parts) * out_height;
      if (split > 1) return share(rows, split) * quads(out_width);
      return [rows * quads(out_width), buffers.includes('sums') ? eights(rows * out_width) : 0];
    },
  ],
  [
    'conv2d of one filter, weights',
    ({ batch, parts, height, width }, _, kernel) => share(batch, parts) * share(height, splitOf(kernel)) * width,
  ],
  ['conv2d of one filter, transposed', () => 1],
  [
    'conv2d of groups, weights',
    ({ batch, out_height, out_width, parts }) => share(batch * out_height, parts) * eights(out_width),
  ],
  [
    'conv2d of groups, backward',
    ({ kernel_height, kernel_width, stride_y, stride_x, step_y = stride_y, step_x = stride_x, group_filters }) =>
      share(kernel_height, step_y) * share(kernel_width, step_x) * group_filters,
  ],
  [
    'conv2d of groups',
    ({ kernel_height, kernel_width, group_channels }) => kernel_height * kernel_width * group_channels,
  ],
  ['conv2d of one filter', ({ channels }) => quads(channels)],
  [
    'conv2d ',
    ({ kernel_height, kernel_width, channels }, _, kernel) => {
      const [rows, length] =
        channels % 4 ? [kernel_height, kernel_width * channels] : [kernel_height * kernel_width, channels];
      return dealt(rows * quads(length), kernel);
    },
  ],
  ['sum', ({ length, parts }) => [0, eights(share(length, parts))]],
  [
    'partial sums',
    (sizes) => {
      const rows = Object.entries(sizes).flatMap(([name, value]) => (name.startsWith('rows') ? [value] : []));
      return [0, Math.max(...rows.map((each) => share(each, 64) * eights(share(each, share(each, 64)))))];
    },
  ],
  // One workgroup sums the losses, four loads at a time in each invocation and then the last ones; the invocations of
  // the others check 16 vec4s of the gradients each.
  [
    'account',
    ({ count0, count1 = 0, count2 = 0, quads: gradients = 0 }) => {
      const turns = [count0, count1, count2].map((count) => Math.floor(share(count, 64) / 4) + (share(count, 64) % 4));
      return [0, Math.max(turns[0] + turns[1] + turns[2], Math.min(16, share(gradients, 64)))];
    },
  ],
  // One invocation updates 4 vec4s.
  ['adam', ({ quads: values }) => Math.min(4, share(values, 64))],
  // A workgroup, or one invocation, reads its values three times.
  [
    'normalize sets',
    ({ places, width }) => [0, 3 * (places * width > 64 ? share(places * width, 64) : places * width)],
  ],
  ['normalize batch', () => 1],
  ['batch moments end', ({ parts }) => [0, 2 * parts]],
  ['batch moments', ({ lines, parts }) => [0, 2 * share(lines, parts)]],
  ['normalize columns end', ({ parts }) => [0, parts]],
  ['normalize columns', ({ lines, parts }) => [0, share(lines, parts)]],
  ['dead latents', ({ rows }) => [0, eights(rows)]],
  ['number of dead latents', ({ columns }) => [0, share(columns, 256)]],
  // A workgroup reads its row seven times: once for each digit, twice to order the kept values, and once to write them.
  ['top k of a batch, digits', ({ size, parts }) => [0, share(size, 256 * parts)]],
  ['top k of a batch, choice', ({ parts }) => [0, eights(parts)]],
  ['top k of a batch, threshold', () => 1],
  ['top k of a batch', ({ size, parts }) => [0, share(size, 256 * parts)]],
  ['top k backward', () => 1],
  ['top k', ({ columns }) => [0, 7 * share(columns, 256)]],
  ['sparse product backward', ({ outs }) => [0, eights(share(outs, 16))]],
  ['sparse product', ({ k }) => [0, eights(k)]],
  // Assumes that every column of the code is active in the same number of rows.
  ['sparse weights', ({ rows }) => [0, share(rows, 32)]],
  ['sparse sums', ({ rows }) => [0, share(rows, 32)]],
  ['project columns', ({ rows }) => [0, 2 * eights(share(rows, 8)) + share(rows, 8)]],
  ['unit columns', ({ rows }) => [0, eights(share(rows, 8)) + share(rows, 8)]],
  ['reparameterize', ({ units }) => Math.min(4, units)],
  [
    'maxPool2d backward',
    ({ kernel_height, kernel_width, stride_y, stride_x }) =>
      1 + share(kernel_height, stride_y) * share(kernel_width, stride_x),
  ],
  [
    'avgPool2d backward',
    ({ kernel_height, kernel_width, stride_y, stride_x }) =>
      share(kernel_height, stride_y) * share(kernel_width, stride_x),
  ],
  ['avgPool2d', ({ kernel_height, kernel_width }) => kernel_height * kernel_width],
  ['maxPool2d', ({ kernel_height, kernel_width }) => kernel_height * kernel_width],
  ['upsample2d nearest backward', ({ factor_y, factor_x }) => factor_y * factor_x],
  ['upsample2d nearest', () => 1],
  ['bce', ({ columns, strips }) => share(columns % 4 ? columns : columns / 4, strips)],
];

/**
 * @param {DispatchRecord} dispatch
 * @returns {Turns}
 */
export function turnsOf({ kernel, loops, constants, buffers }) {
  const known = serial.find(([start]) => kernel.startsWith(start));
  if (!known && loops)
    throw new Failure(`scripts/isa/turns.mjs does not say how often the kernel '${kernel}' goes around its loops`);
  const [multiplying, loading = 0] = [known?.[1](constants, buffers, kernel) ?? 1].flat();
  return { multiplying, loading };
}
