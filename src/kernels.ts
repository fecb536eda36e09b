/**
 * The kernels on their own: each records its dispatches on a tape, with the rule for its gradient.
 * @module latentgpu/kernels
 */

export {
  activate,
  activationNames,
  elu,
  gelu,
  leakyRelu,
  linear,
  relu,
  sigmoid,
  silu,
  slope,
  softplus,
  tanh,
  type Activation,
  type ActivationName,
} from './kernels/activation.ts';
export { dense } from './kernels/dense.ts';
export { add, divide, multiply, stopGradient, straightThrough, subtract } from './kernels/elementwise.ts';
export { contraction, type RecordedLayer } from './kernels/contraction.ts';
export { corrupt, dropout, type CorruptionKind } from './kernels/corrupt.ts';
export { crossEntropy } from './kernels/cross-entropy.ts';
export { decay } from './kernels/decay.ts';
export {
  elementLosses,
  loss,
  rowSums,
  type ElementLoss,
  type Formula,
  type Huber,
  type Blanks,
  type LossKind,
  type LossOptions,
  type TermKind,
} from './kernels/loss.ts';
export { mmd, type MmdKernel } from './kernels/mmd.ts';
export { matmul, type Transposes } from './kernels/matmul.ts';
export { momentCount, optimize, settingNames, type OptimizerKind, type OptimizerPhase } from './kernels/optimizer.ts';
export {
  normalNoise,
  random,
  randomSigns,
  uniformNoise,
  type Distribution,
  type Draws,
  type RandomOptions,
} from './kernels/random.ts';
export { argmax, max, mean, sum } from './kernels/reduce.ts';
export { codeMean, reparameterize } from './kernels/reparameterize.ts';
export { softmax } from './kernels/softmax.ts';
export { account, advance, gather, scatter, shuffle, type Rows, type Update } from './kernels/step.ts';
