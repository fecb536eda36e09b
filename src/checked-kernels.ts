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

const unary = { tape: aTape, z: aTensor };
export const linear = takes('linear', kernels.linear, unary);
export const relu = takes('relu', kernels.relu, unary);
export const leakyRelu = takes('leakyRelu', kernels.leakyRelu, unary);
export const elu = takes('elu', kernels.elu, unary);
export const gelu = takes('gelu', kernels.gelu, unary);
export const silu = takes('silu', kernels.silu, unary);
export const sigmoid = takes('sigmoid', kernels.sigmoid, unary);
export const softplus = takes('softplus', kernels.softplus, unary);
export const tanh = takes('tanh', kernels.tanh, unary);
export const activate = takes('activate', kernels.activate, unary);
export const slope = takes('slope', kernels.slope, { tape: aTape, y: aTensor, shape: optional(aShape) });

const binary = { tape: aTape, a: aTensor, b: aTensor };
export const add = takes('add', kernels.add, binary);
export const subtract = takes('subtract', kernels.subtract, binary);
export const multiply = takes('multiply', kernels.multiply, binary);
export const divide = takes('divide', kernels.divide, binary);
export const stopGradient = takes('stopGradient', kernels.stopGradient, { tape: aTape, x: aTensor });
export const straightThrough = takes('straightThrough', kernels.straightThrough, {
  tape: aTape,
  x: aTensor,
  value: aTensor,
});
export const matmul = takes('matmul', kernels.matmul, binary);
export const dense = takes('dense', kernels.dense, { tape: aTape, x: aTensor, w: aTensor, bias: optional(aTensor) });

const reduction = { tape: aTape, x: aTensor };
export const sum = takes('sum', kernels.sum, reduction);
export const mean = takes('mean', kernels.mean, reduction);
export const max = takes('max', kernels.max, reduction);
export const argmax = takes('argmax', kernels.argmax, reduction);
export const softmax = takes('softmax', kernels.softmax, reduction);

export const random = takes('random', kernels.random, { tape: aTape });
export const randomSigns = takes('randomSigns', kernels.randomSigns, { tape: aTape, shape: aShape, draws: aDraw });
export const normalNoise = takes('normalNoise', kernels.normalNoise, {
  tape: aTape,
  shape: aShape,
  stddev: aNumber,
  draws: aDraw,
});
export const uniformNoise = takes('uniformNoise', kernels.uniformNoise, {
  tape: aTape,
  shape: aShape,
  low: aNumber,
  high: aNumber,
  draws: aDraw,
});
export const corrupt = takes('corrupt', kernels.corrupt, {
  tape: aTape,
  kind: aWord('gaussian', 'mask', 'saltAndPepper'),
  x: aTensor,
  amount: aNumber,
  draws: aDraw,
});
export const dropout = takes('dropout', kernels.dropout, { tape: aTape, x: aTensor, rate: aNumber, draws: aDraw });
export const codeMean = takes('codeMean', kernels.codeMean, { tape: aTape, head: aTensor });
export const reparameterize = takes('reparameterize', kernels.reparameterize, {
  tape: aTape,
  head: aTensor,
  draws: aDraw,
  weights: optional(aTensor),
});

export const loss = takes('loss', kernels.loss, {
  tape: aTape,
  kind: aLoss,
  y: aTensor,
  x: aTensor,
  state: aState,
  factor: aNumber,
  options: optional(fields({ blanks: optional(aWord('sum', 'share')), weights: optional(aTensor) })),
});
export const rowSums = takes('rowSums', kernels.rowSums, {
  tape: aTape,
  kind: aWord('square', 'absolute', 'value', 'real', 'fake', 'product', ...lossWords),
  tensors: fields({ y: aTensor, x: optional(aTensor) }),
  state: aState,
  factor: aNumber,
});
export const elementLosses = takes('elementLosses', kernels.elementLosses, {
  tape: aTape,
  kind: aLoss,
  y: aTensor,
  x: aTensor,
  state: aState,
  factor: optional(aNumber),
  blanks: optional(aFlag),
});
export const crossEntropy = takes('crossEntropy', kernels.crossEntropy, {
  tape: aTape,
  y: aTensor,
  labels: aTensor,
  state: aState,
  weights: optional(aTensor),
});
export const decay = takes('decay', kernels.decay, {
  tape: aTape,
  weights: each(aTensor),
  state: aState,
  factor: aNumber,
});
export const contraction = takes('contraction', kernels.contraction, {
  tape: aTape,
  layers: each(fields({ w: aTensor, y: aTensor })),
  state: aState,
  factor: aNumber,
  u: optional(aTensor),
});

export const mmd = takes('mmd', kernels.mmd, {
  tape: aTape,
  kernel: aWord('imq', 'rbf'),
  z: aTensor,
  p: aTensor,
  state: aState,
  width: aNumber,
});

const source = fields({ data: examples, window: optional(aCount), bytes: aFlag, columns: aCount, scale: aNumber });
export const gather = takes('gather', kernels.gather, {
  tape: aTape,
  source,
  state: aState,
  rows: aCount,
  order: optional(aTensor),
});
export const scatter = takes('scatter', kernels.scatter, {
  tape: aTape,
  y: aTensor,
  state: aState,
  out: aTensor,
  columns: aCount,
});
export const shuffle = takes('shuffle', kernels.shuffle, {
  tape: aTape,
  state: aState,
  order: aTensor,
  options: fields({ shuffled: aFlag, subset: optional(aTensor) }),
});
const update = fields({ gradients: aTensor, timetable: aTensor, clipNorm: optional(aNumber) });
export const account = takes('account', kernels.account, {
  tape: aTape,
  terms: each(aTensor),
  state: aState,
  losses: aTensor,
  update: optional(update),
  first: optional(aNumber),
});
export const advance = takes('advance', kernels.advance, { tape: aTape, state: aState });
export const optimize = takes('optimize', kernels.optimize, {
  tape: aTape,
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
