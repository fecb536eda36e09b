import type { Activation } from '../../shaders/activation.ts';
import { lossShader, type Formula, type LossVariant, type TermKind } from '../../shaders/loss.ts';
import { DeviceLostError, LatentGpuError, OptionError } from '../errors.ts';
import type { Gpu } from '../runtime/device.ts';
import { checkNumber } from '../runtime/options.ts';
import type { Tape } from '../runtime/tape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { checkRowWeights, checkSameShape, lossSize } from './shapes.ts';

/** Squared error, binary cross-entropy of logits, absolute error, or Huber's loss with delta 1. */
export type LossKind = 'mse' | 'bce' | 'mae' | 'huber';
export type { Formula, TermKind };

/** Huber's loss with a delta above 0. */
export interface Huber {
  readonly kind: 'huber';
  readonly delta: number;
}

/** The comparison of an output with its target. */
export type ElementLoss = LossKind | Huber | Formula;

/**
 * The value of a row with blank targets: the sum over the other targets, or this sum times columns / others, so that a
 * mean over the columns becomes a mean over the others.
 */
export type Blanks = 'sum' | 'share';

/** Options of `loss`. */
export interface LossOptions {
  /** How rows with blank targets count. Without this option, no target may be blank. */
  readonly blanks?: Blanks;
  /**
   * A weight for each row, [rows, 1], that multiplies its loss and its gradient. The mean is still over the number of
   * rows.
   */
  readonly weights?: Tensor;
}

/** The most strips of a row; each invocation adds up one. */
const mostStrips = 16;

/**
 * Records the loss of each row against its target, as sums over strips, [rows, strips]; their total is the loss of the
 * row. Each is already multiplied by `factor` (1/columns for a mean over elements). Rows past the state's batch count
 * 0.
 *
 * `'mse'` is (y − x)²; `'bce'` takes logits: log(1 + e^y) − x y. `'mae'` is |y − x|, with slope 0 where they are equal;
 * `'huber'` is ½ (y − x)² where |y − x| ≤ delta, otherwise delta (|y − x| − ½ delta). A formula is its own expression.
 * If the tape is differentiated from the loss, the same pass writes the gradient of the batch's mean for y, but not for
 * the target. With `blanks`, blank targets count 0. With `weights`, the loss and the gradient of each row are
 * multiplied by its weight.
 * @throws ShapeError, OptionError
 */
export function loss(
  tape: Tape,
  kind: ElementLoss,
  y: Tensor,
  x: Tensor,
  state: Tensor,
  factor: number,
  options: LossOptions = {},
): Tensor {
  return sumsOf(tape, kind, y, x, state, factor, false, options);
}

/**
 * Records a part of a loss: a sum over the elements of each row, of y alone (`'square'`, `'absolute'`, `'value'`;
 * `'real'` and `'fake'` for the logits of a discriminator) or of y and x (`'product'`, `'mse'`, `'bce'`, `'mae'`,
 * `'huber'`), as in `loss`, with gradients to both. The first dimension of a tensor is the number of rows; its other
 * dimensions may be anything.
 * @throws ShapeError
 */
export function rowSums(
  tape: Tape,
  kind: TermKind,
  { y, x }: { y: Tensor; x?: Tensor },
  state: Tensor,
  factor: number,
): Tensor {
  return sumsOf(tape, kind, y, x, state, factor, true);
}

function sumsOf(
  tape: Tape,
  lossKind: TermKind | ElementLoss,
  y: Tensor,
  x: Tensor | undefined,
  state: Tensor,
  factor: number,
  both: boolean,
  { blanks, weights }: LossOptions = {},
): Tensor {
  const { kind, name, settings } = parsedLoss(lossKind);
  if (x) checkSameShape(name, y, x);
  checkRowWeights(name, weights, y.shape[0]);
  const { sums, size, wide } = lossLayout(tape, y, { ...settings, factor }, blanks);
  tape.loss(sums, (coefficient) => {
    const gradient = coefficient !== undefined;
    const toX = gradient && both ? x : undefined;
    const fold = gradient ? tape.fold(y) : undefined;
    const variant: LossVariant = {
      kind,
      wide,
      writes: toX ? 'gradients' : gradient ? 'gradient' : 'sums',
      masked: blanks !== undefined,
      weighted: weights !== undefined,
      slope: fold?.activation as Activation | undefined,
    };
    const dy = gradient ? tape.grad(fold?.preactivation ?? y) : undefined;
    const dx = toX && tape.grad(toX);
    tape.run(
      lossShader(variant),
      { y, x, state, sums, dy, dx, saved: fold?.saved, weights },
      lossSize(name, size, factor, coefficient),
    );
  });
  return sums;
}

/**
 * Records the loss of every element times `factor`, in the shape of y; with `masked`, the loss at a blank target is
 * blank.
 */
export function elementLosses(
  tape: Tape,
  lossKind: ElementLoss,
  y: Tensor,
  x: Tensor,
  state: Tensor,
  factor = 1,
  masked = false,
): Tensor {
  const { kind, name, settings } = parsedLoss(lossKind);
  checkSameShape(name, y, x);
  const { sums, size, wide } = lossLayout(tape, y, { ...settings, factor }, masked ? 'sum' : undefined);
  const elements = tape.tensor(y.shape, 'f32', 'element losses');
  tape.run(lossShader({ kind, wide, writes: 'elements', masked }), { y, x, state, sums, elements }, size);
  return elements;
}

/**
 * Compiles a formula, since only a compiler can check it.
 * @throws OptionError with the compiler's message; DeviceLostError
 */
export async function compileFormula(gpu: Gpu, formula: Formula): Promise<void> {
  const size = { rows: 1, columns: 1, strips: 1, factor: 1 };
  try {
    await gpu.wait(gpu.pipelines.get(lossShader({ kind: formula, wide: false, writes: 'sums' }), size));
  } catch (cause) {
    if (!(cause instanceof LatentGpuError) || cause instanceof DeviceLostError) throw cause;
    throw new OptionError(`elementwise: the formula '${formula.name}' is not valid WGSL of y and x: ${cause.message}`, {
      cause,
    });
  }
}

/** Returns the name of a loss in the shader and in messages, and its constants. @throws OptionError */
export function parsedLoss(lossKind: TermKind | ElementLoss) {
  if (typeof lossKind !== 'string' && 'wgsl' in lossKind) return { kind: lossKind, name: lossKind.name, settings: {} };
  const { kind, delta } = typeof lossKind === 'string' ? { kind: lossKind, delta: 1 } : lossKind;
  checkNumber('loss: delta', delta, { above: 0 });
  return { kind, name: kind, settings: kind === 'huber' ? { delta } : {} };
}

/** Returns how a loss is divided into strips, and the tensor for their sums. */
export function lossLayout(tape: Tape, y: Tensor, settings: { factor: number; delta?: number }, blanks?: Blanks) {
  const rows = y.shape[0];
  const columns = y.size / rows;
  const wide = columns % 4 === 0;
  const strips = Math.min(mostStrips, wide ? columns / 4 : columns);
  const sums = tape.tensor([rows, strips], 'f32', 'loss sums');
  const share = blanks && { share: Number(blanks === 'share') };
  return { wide, sums, size: { constants: { rows, columns, strips, ...settings, ...share }, threads: rows * strips } };
}
