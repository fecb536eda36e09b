/**
 * The runtime on its own: tensors on the device, the tape that records dispatches, and the plans that replay them.
 * @module latentgpu/runtime
 */

export type { Gpu } from './runtime/device.ts';
export { openGpu, type GpuOptions } from './runtime/open.ts';
export { Parameters, type NamedParameter, type ParameterValues, type Role } from './runtime/parameters.ts';
export { compile, type Plan } from './runtime/plan.ts';
export { read, readAll } from './runtime/read.ts';
export { Schedule, type ScheduleHooks } from './runtime/schedule.ts';
export { makeState, noneBad, parseState, writeState, type StateValues } from './runtime/state.ts';
export {
  tape,
  type Coefficient,
  type Dispatch,
  type Size,
  type Source,
  type Tape,
  type TapeOptions,
} from './runtime/tape.ts';
export {
  emptyTensor,
  tensor,
  writeTensor,
  type DType,
  type Matrix,
  type Piece,
  type Tensor,
} from './runtime/tensor.ts';
export { shader, wgsl, type Binding, type Shader } from '../shaders/wgsl.ts';
