import { avgPoolBackward, avgPoolForward } from '../../shaders/avg-pool.ts';
import { maxPoolBackward, maxPoolForward } from '../../shaders/pool.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { foldedInto } from './activation.ts';
import { sizesOf, type Window } from './window.ts';

/**
 * Max pooling: the largest value in each window, for each channel. x [rows, height × width × channels]; y is
 * [rows, places × channels]. The gradient goes to the pixel with that value, the first one of equals.
 */
export function maxPool2d(tape: Tape, x: Tensor, window: Window): Tensor {
  const { rows, wide, across, constants, places, shape } = poolOf(x, window);
  const y = tape.tensor(shape, 'f32', 'maxPool2d');
  const at = tape.tensor(y.shape, 'u32', 'maxPool2d');
  tape.run(maxPoolForward({ wide }), { x, y, at }, { constants, threads: rows * places * across });
  tape.backward(y, () => {
    const { y: dx, slope } = foldedInto(tape, x);
    const tiled = window.kernel.every((side, axis) => side === window.stride[axis]);
    const [down, along] = tiled
      ? [0, 1].map((axis) => Math.ceil((window.image[axis] + window.before[axis]) / window.stride[axis]))
      : window.image;
    tape.run(
      maxPoolBackward({ wide, tiled, slope: slope?.activation }),
      { dy: tape.grad(y), at, dx, saved: slope?.saved },
      { constants, threads: rows * down * along * across },
    );
  });
  return y;
}

/**
 * Average pooling: the mean of each window, for each channel, over its pixels in the image. x [rows, height × width ×
 * channels]; y is [rows, places × channels]. Each pixel of a window gets the same share of its gradient.
 */
export function avgPool2d(tape: Tape, x: Tensor, window: Window): Tensor {
  const { rows, wide, across, constants, places, shape } = poolOf(x, window);
  const y = tape.tensor(shape, 'f32', 'avgPool2d');
  tape.run(avgPoolForward({ wide }), { x, y }, { constants, threads: rows * places * across });
  tape.backward(y, () => {
    const { y: dx, slope } = foldedInto(tape, x);
    const [height, width] = window.image;
    const shader = avgPoolBackward({ wide, slope: slope?.activation });
    const size = { constants, threads: rows * height * width * across };
    tape.run(shader, { dy: tape.grad(y), dx, saved: slope?.saved }, size);
  });
  return y;
}

/** The sizes that both pools work on: `across` channels of an image at a time, and y's shape. */
function poolOf(x: Tensor, window: Window) {
  const [rows] = x.shape;
  const [, , channels] = window.image;
  const wide = channels % 4 === 0;
  const across = wide ? channels / 4 : channels;
  const places = window.outputSize[0] * window.outputSize[1];
  const constants = { ...sizesOf(rows, window), channels: across };
  return { rows, wide, across, constants, places, shape: [rows, places * channels] };
}
