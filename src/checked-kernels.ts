/**
 * The module behind `latentgpu/kernels`: the functions of kernels.ts, which documents them, with runtime checks of
 * their arguments. The kernels themselves check that shapes fit together.
 */
import * as kernels from './kernels.ts';
import {
  aCount,
  aFlag,
  aNumber,
  aShape,
  aState,
  aTape,
  aTensor,
  aText,
  aWord,
  each,
  fields,
  optional,
  takes,
  type Check,
} from './runtime/arguments.ts';

export { activationNames, settingNames } from './kernels.ts';

/** Wraps a kernel, whose first argument is the tape, with checks of the others. */
/* @__NO_SIDE_EFFECTS__ */
function kernel<F extends (...args: never[]) => unknown>(name: string, f: F, checks: Record<string, Check>): F {
  return takes(name, f, { tape: aTape, ...checks });
}

const aDraw = fields({ state: aState, which: aNumber });
const aFormula = fields({ name: aText, wgsl: aText, derivative: aText });
const lossWords = ['mse', 'bce', 'mae', 'huber'];
/** Checks a loss: a word, `'huber'` with its delta, or a formula. */
const aLoss: Check = (where, value) => {
  if (typeof value !== 'object' || value === null) aWord(...lossWords)(where, value);
  else if ('wgsl' in value) aFormula(where, value);
  else fields({ kind: aWord('huber'), delta: aNumber })(where, value);
};
const anOptimizer = aWord('sgd', 'momentum', 'nesterov', 'adam', 'adamw', 'adagrad');
const examples: Check = (where, value) =>
  (Array.isArray(value) ? each(fields({ data: aTensor, first: aNumber, count: aCount })) : aTensor)(where, value);

const unary = { z: aTensor };
export const linear = kernel('linear', kernels.linear, unary);
export const relu = kernel('relu', kernels.relu, unary);
export const leakyRelu = kernel('leakyRelu', kernels.leakyRelu, unary);
export const elu = kernel('elu', kernels.elu, unary);
export const gelu = kernel('gelu', kernels.gelu, unary);
export const silu = kernel('silu', kernels.silu, unary);
export const sigmoid = kernel('sigmoid', kernels.sigmoid, unary);
export const softplus = kernel('softplus', kernels.softplus, unary);
export const tanh = kernel('tanh', kernels.tanh, unary);
export const activate = kernel('activate', kernels.activate, unary);
export const slope = kernel('slope', kernels.slope, { y: aTensor, shape: optional(aShape) });

const binary = { a: aTensor, b: aTensor };
export const add = kernel('add', kernels.add, binary);
export const subtract = kernel('subtract', kernels.subtract, binary);
export const multiply = kernel('multiply', kernels.multiply, binary);
export const divide = kernel('divide', kernels.divide, binary);
export const matmul = kernel('matmul', kernels.matmul, binary);
export const stopGradient = kernel('stopGradient', kernels.stopGradient, { x: aTensor });
export const straightThrough = kernel('straightThrough', kernels.straightThrough, { x: aTensor, value: aTensor });
export const dense = kernel('dense', kernels.dense, { x: aTensor, w: aTensor, bias: optional(aTensor) });

const reduction = { x: aTensor };
export const sum = kernel('sum', kernels.sum, reduction);
export const mean = kernel('mean', kernels.mean, reduction);
export const max = kernel('max', kernels.max, reduction);
export const argmax = kernel('argmax', kernels.argmax, reduction);
export const softmax = kernel('softmax', kernels.softmax, reduction);

export const random = kernel('random', kernels.random, {});
export const randomSigns = kernel('randomSigns', kernels.randomSigns, { shape: aShape, draws: aDraw });
export const normalNoise = kernel('normalNoise', kernels.normalNoise, {
  shape: aShape,
  stddev: aNumber,
  draws: aDraw,
});
export const uniformNoise = kernel('uniformNoise', kernels.uniformNoise, {
  shape: aShape,
  low: aNumber,
  high: aNumber,
  draws: aDraw,
});
export const corrupt = kernel('corrupt', kernels.corrupt, {
  kind: aWord('gaussian', 'mask', 'saltAndPepper'),
  x: aTensor,
  amount: aNumber,
  draws: aDraw,
});
export const dropout = kernel('dropout', kernels.dropout, { x: aTensor, rate: aNumber, draws: aDraw });
export const codeMean = kernel('codeMean', kernels.codeMean, { head: aTensor });
export const reparameterize = kernel('reparameterize', kernels.reparameterize, {
  head: aTensor,
  draws: aDraw,
  weights: optional(aTensor),
});

export const loss = kernel('loss', kernels.loss, {
  kind: aLoss,
  y: aTensor,
  x: aTensor,
  state: aState,
  factor: aNumber,
  options: optional(fields({ blanks: optional(aWord('sum', 'share')), weights: optional(aTensor) })),
});
export const elementLosses = kernel('elementLosses', kernels.elementLosses, {
  kind: aLoss,
  y: aTensor,
  x: aTensor,
  state: aState,
  factor: optional(aNumber),
  blanks: optional(aFlag),
});
export const rowSums = kernel('rowSums', kernels.rowSums, {
  kind: aWord('square', 'absolute', 'value', 'real', 'fake', 'product', ...lossWords),
  tensors: fields({ y: aTensor, x: optional(aTensor) }),
  state: aState,
  factor: aNumber,
});
export const crossEntropy = kernel('crossEntropy', kernels.crossEntropy, {
  y: aTensor,
  labels: aTensor,
  state: aState,
  weights: optional(aTensor),
});
export const decay = kernel('decay', kernels.decay, { weights: each(aTensor), state: aState, factor: aNumber });
export const contraction = kernel('contraction', kernels.contraction, {
  layers: each(fields({ w: aTensor, y: aTensor })),
  state: aState,
  factor: aNumber,
  u: optional(aTensor),
});
export const mmd = kernel('mmd', kernels.mmd, {
  kernel: aWord('imq', 'rbf'),
  z: aTensor,
  p: aTensor,
  state: aState,
  width: aNumber,
});

const source = fields({ data: examples, window: optional(aCount), bytes: aFlag, columns: aCount, scale: aNumber });
export const gather = kernel('gather', kernels.gather, {
  source,
  state: aState,
  rows: aCount,
  order: optional(aTensor),
});
export const scatter = kernel('scatter', kernels.scatter, {
  y: aTensor,
  state: aState,
  out: aTensor,
  columns: aCount,
});
export const shuffle = kernel('shuffle', kernels.shuffle, {
  state: aState,
  order: aTensor,
  options: fields({ shuffled: aFlag, subset: optional(aTensor) }),
});
const update = fields({ gradients: aTensor, timetable: aTensor, clipNorm: optional(aNumber) });
export const account = kernel('account', kernels.account, {
  terms: each(aTensor),
  state: aState,
  losses: aTensor,
  update: optional(update),
  first: optional(aNumber),
});
export const advance = kernel('advance', kernels.advance, { state: aState });
export const optimize = kernel('optimize', kernels.optimize, {
  kind: anOptimizer,
  tensors: fields({
    values: aTensor,
    gradients: aTensor,
    moments: optional(aTensor),
    settings: aTensor,
    state: aState,
  }),
  phase: optional(fields({ phase: aNumber, before: optional(aTensor) })),
});
export const momentCount = takes('momentCount', kernels.momentCount, { kind: anOptimizer });
