import { coarsenShader, upsampleBackward, upsampleForward, type Interpolation } from '../../shaders/resample.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { foldedInto } from './activation.ts';
import { pair, type Sides } from './window.ts';

export type { Interpolation };

type Image = readonly [height: number, width: number, channels: number];

/**
 * Enlarges images `factor` times in height and width, or with a factor for each axis: x [rows, height × width ×
 * channels]. Pixels are squares: bilinear values come from the centres, as with `align_corners=False` in PyTorch. The
 * gradient of a pixel is the sum over all values that it contributed to.
 */
export function upsample2d(
  tape: Tape,
  x: Tensor,
  [height, width, channels]: Image,
  factor: Sides,
  kind: Interpolation,
): Tensor {
  const [batch] = x.shape;
  const [down, along] = pair(factor);
  const wide = channels % 4 === 0;
  const across = wide ? channels / 4 : channels;
  const constants = { batch, height, width, channels: across, factor_y: down, factor_x: along };
  const pixels = batch * height * width * across;
  const y = tape.tensor([batch, height * width * channels * down * along], 'f32', 'upsample2d');
  const threads = kind === 'nearest' ? pixels : pixels * down * along;
  tape.run(upsampleForward({ kind, wide }), { x, y }, { constants, threads });
  tape.backward(y, () => {
    const { y: dx, slope } = foldedInto(tape, x);
    const shader = upsampleBackward({ kind, wide, slope: slope?.activation });
    tape.run(shader, { dy: tape.grad(y), dx, saved: slope?.saved }, { constants, threads: pixels });
  });
  return y;
}

/**
 * Replaces every box of factor × factor pixels, or of a factor for each axis, by its mean. No gradient rule,
 * because its input is data.
 */
export function coarsen(tape: Tape, x: Tensor, [height, width, channels]: Image, factor: Sides): Tensor {
  const [down, along] = pair(factor);
  const y = tape.tensor(x.shape, 'f32', 'downsampled');
  const constants = { batch: x.shape[0], height, width, channels, factor_y: down, factor_x: along };
  tape.run(coarsenShader(), { x, y }, { constants, threads: x.size });
  return y;
}
