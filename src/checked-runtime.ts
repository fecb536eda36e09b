/**
 * The module behind `latentgpu/runtime`: the functions of runtime.ts, which documents them, with runtime checks of the
 * arguments that they do not check themselves.
 */
import * as runtime from './runtime.ts';
import { aGpu, aNumbers, aShape, aState, aTape, aTensor, aWord, fields, optional, takes } from './runtime/arguments.ts';

export { noneBad, openGpu, Parameters, read, readAll, Schedule, shader, tape, tensor, wgsl } from './runtime.ts';

export const compile = takes('compile', runtime.compile, { tape: aTape });
export const emptyTensor = takes('emptyTensor', runtime.emptyTensor, {
  gpu: aGpu,
  shape: aShape,
  dtype: optional(aWord('f32', 'u32')),
});
export const writeTensor = takes('writeTensor', runtime.writeTensor, { gpu: aGpu, target: aTensor, values: aNumbers });
export const makeState = takes('makeState', runtime.makeState, { gpu: aGpu });
export const writeState = takes('writeState', runtime.writeState, { gpu: aGpu, state: aState, values: fields({}) });
export const parseState = takes('parseState', runtime.parseState, { values: aNumbers });
