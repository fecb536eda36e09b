export { activate, activationNames, elu, gelu, leakyRelu, linear, relu, sigmoid, silu, softplus, tanh, type Activation } from './kernels/activation.ts';
export { dense } from './kernels/dense.ts';
export { add, divide, multiply, subtract } from './kernels/elementwise.ts';
export { elementLosses, loss, type LossKind } from './kernels/loss.ts';
export { matmul, type Transposes } from './kernels/matmul.ts';
export { momentCount, optimize, settingNames, type OptimizerKind } from './kernels/optimizer.ts';
export { argmax, max, mean, sum } from './kernels/reduce.ts';
export { softmax } from './kernels/softmax.ts';
export { account, advance, gather, scatter, shuffle, type Rows } from './kernels/step.ts';
