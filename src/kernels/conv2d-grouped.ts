import {
  groupedBackwardShader,
  groupedShader,
  groupedWeightsShader,
  type Lanes,
} from '../../shaders/conv2d-grouped.ts';
import { ShapeError } from '../errors.ts';
import { shown } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { activated, activationWord, foldedInto, type Activation } from './activation.ts';
import { partsOf, sumRowsLater } from './partial-sums.ts';
import { sameShape, wholeVec4s } from './shapes.ts';
import { slicesOf } from './tilings.ts';
import { sizesOf, type Window } from './window.ts';

/**
 * A convolution in groups: each group of filters sees one group of the channels, with as many groups as channels one
 * channel each. x [rows, height × width × channels], w [kernel height, kernel width, channels / groups, filters], bias
 * [filters]; y is [rows, places × filters].
 * @throws ShapeError
 */
export function groupedConv2d(
  tape: Tape,
  x: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  window: Window,
  groups: number,
  activation: Activation = 'linear',
): Tensor {
  const filters = w.shape[3];
  check(x, w, bias, window, groups);
  const [rows] = x.shape;
  const work = workOf(rows, window, groups, filters);
  return activated(
    tape,
    [rows, window.outputSize[0] * window.outputSize[1] * filters],
    activationWord('conv2d', activation),
    (y, f) =>
      tape.run(
        groupedShader({ lanes: work.lanes, bias: bias !== undefined, activation: f }),
        { x, w, y, bias },
        work.over(y.size, 'filters'),
      ),
    (dz) => {
      weights(tape, { dy: dz, x, dw: tape.grad(w) }, work);
      if (bias) sumRowsLater(tape, dz, tape.grad(bias));
      const { y: dx, slope } = foldedInto(tape, x);
      tape.run(
        groupedBackwardShader({ lanes: work.lanes, slope: slope?.activation }),
        { dy: dz, w, dx, saved: slope?.saved },
        work.over(dx.size, 'channels'),
      );
    },
  );
}

/** Sums that keep a GPU busy, and parts of the places that one more dispatch adds up. */
const wantedSums = 2 ** 15;
const mostParts = 256;

/** The gradient of the weights from that of the output. */
function weights(tape: Tape, { dy, x, dw }: { dy: Tensor; x: Tensor; dw: Tensor }, work: Work): void {
  const { batch, out_height } = work.constants;
  const parts = partsOf(batch * out_height, Math.min(Math.ceil(wantedSums / dw.size), mostParts));
  const own = parts === 1 ? dw : tape.tensor([parts, dw.size], 'f32', 'partial sums');
  const { constants, ...size } = work.over(own.size, 'filters');
  tape.run(groupedWeightsShader(work.lanes), { dy, x, dw: own }, { ...size, constants: { ...constants, parts } });
  if (own !== dw) sumRowsLater(tape, own, dw, true);
}

function check(x: Tensor, w: Tensor, bias: Tensor | undefined, { image, kernel }: Window, groups: number): void {
  const filters = w.shape[3];
  if (x.size !== x.shape[0] * image[0] * image[1] * image[2])
    throw new ShapeError(`conv2d: takes rows of ${shown(image)}, not ${shown(x.shape)}`);
  if (image[2] % groups || filters % groups || !sameShape(w.shape, [...kernel, image[2] / groups, filters]))
    throw new ShapeError(
      `conv2d: weights of ${shown(w.shape)} do not fit a kernel of ${shown(kernel)} over ${image[2]} channels in ${groups} groups`,
    );
  if (bias && bias.size !== filters)
    throw new ShapeError(`conv2d: ${filters} output channels, but the bias is ${shown(bias.shape)}`);
}

/** How a convolution in groups is divided among invocations. */
type Work = ReturnType<typeof workOf>;

function workOf(rows: number, window: Window, groups: number, filters: number) {
  const channels = window.image[2];
  const [groupChannels, groupFilters] = [channels / groups, filters / groups];
  const depthwise = groupChannels === 1 && groupFilters === 1;
  const lanes: Lanes = depthwise && wholeVec4s(channels) ? 'channels' : wholeVec4s(groupFilters) ? 'filters' : 'none';
  const four = (side: 'channels' | 'filters') => (lanes === 'channels' || lanes === side ? 4 : 1);
  const constants = {
    ...sizesOf(rows, window),
    channels: channels / four('channels'),
    filters: filters / four('filters'),
    group_channels: groupChannels,
    group_filters: lanes === 'filters' ? groupFilters / 4 : groupFilters,
  };
  const sums = rows * window.outputSize[0] * window.outputSize[1] * filters;
  const slices = slicesOf(sums * window.kernel[0] * window.kernel[1] * groupChannels);
  /** The division of an image's side, or of the filters, among invocations with one or four values each. */
  const over = (values: number, side: 'channels' | 'filters') => ({
    constants,
    threads: Math.ceil(values / four(side) / slices),
    slices,
  });
  return { lanes, constants, over };
}
