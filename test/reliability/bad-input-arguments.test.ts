/** `latentgpu/kernels` and `latentgpu/runtime` as they are published: what is no tape, no tensor, no state where one is wanted. */
import { describe, expect, it } from 'vitest';
import * as kernels from '../../src/checked-kernels.ts';
import * as runtime from '../../src/checked-runtime.ts';
import * as plainKernels from '../../src/kernels.ts';
import * as plainRuntime from '../../src/runtime.ts';
import { Tape } from '../../src/runtime/tape.ts';
import { Tensor } from '../../src/runtime/tensor.ts';
import {
  flag,
  gpuKind,
  isSide,
  isSides,
  not,
  number,
  optional,
  ownGpu,
  refuseAll,
  word,
  type Kind,
  type Target,
} from '../support/wrong.ts';

const tape = not('tape must be a tape', (value) => value instanceof Tape);
const tensor = (name: string): Kind => not(`${name} must be a tensor`, (value) => value instanceof Tensor);
/** Empty lists are shapes of single values. */
const shape = not('shape', (value) => isSides(value) || (Array.isArray(value) && !value.length));
const count = (name: string): Kind => not(name, isSide);
const anObject = (value: unknown) => typeof value === 'object' && value !== null;
/** An object of which one member is missing or wrong; what else is in it does not matter. */
const within = (name: string, good: object, members: Record<string, Kind>): Kind[] => [
  not(name, anObject),
  ...Object.entries(members).map(([member, kind]) =>
    kind.map(({ value, names }) => ({ value: { ...good, [member]: value }, names })),
  ),
];
/** The only one of a list. */
const alone = (kind: Kind): Kind => kind.map(({ value, names }) => ({ value: [value], names }));
const list = (name: string): Kind => not(name, (value) => Array.isArray(value) && value.length > 0);

/** One target for each of an argument's kinds: of each call one argument is wrong. */
const target = (
  call: (...args: never[]) => unknown,
  args: readonly [good: unknown, ...kinds: Kind[]][],
): Record<string, Target> =>
  Object.fromEntries(
    args.flatMap(([, ...kinds], at) =>
      kinds.map((kind, n) => [
        `${at}.${n}`,
        {
          call,
          good: args.map(([good]) => good),
          wrong: args.map((_, i) => (i === at ? kind : undefined)),
          throws: true,
        },
      ]),
    ),
  );

describe('the public interface', () => {
  it('has exactly the documented names', () => {
    expect(Object.keys(kernels)).toEqual(Object.keys(plainKernels));
    expect(Object.keys(runtime)).toEqual(Object.keys(plainRuntime));
  });

  it('refuses arguments of the wrong type', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const on = runtime.tape(gpu);
    const x = runtime.tensor(gpu, [1, 2, 3, 4, 5, 6, 7, 8], [2, 4]);
    const state = runtime.makeState(gpu);
    const draws = { state, which: 0 };
    const aState = not(
      'state',
      (value) => value instanceof Tensor && value.size === state.size && value.dtype === 'u32',
    );
    const drawn: [unknown, ...Kind[]] = [draws, ...within('draws', draws, { state: aState, which: number('which') })];
    const [t, s]: [unknown, Kind][] = [
      [on, tape],
      [state, aState],
    ];
    const tensorOf = (name: string): [unknown, Kind] => [x, tensor(name)];
    const factor: [unknown, Kind] = [0.5, number('factor')];
    const vector = (size: number) => runtime.tensor(gpu, new Float32Array(size));
    const kinds = ['mse', 'bce', 'mae', 'huber'];
    const optimizers = ['sgd', 'momentum', 'nesterov', 'adam', 'adamw', 'adagrad'];
    const moving = { values: vector(8), gradients: vector(8), settings: vector(8), state };
    const source = { data: x, bytes: false, columns: 4, scale: 1 };
    const update = { gradients: vector(8), timetable: runtime.tensor(gpu, [1, 0], [1, 2]) };
    const order = runtime.emptyTensor(gpu, [8], 'u32');
    const layers = [{ w: runtime.tensor(gpu, new Float32Array(12), [3, 4]), y: on.tensor([2, 3]) }];
    const all: Record<string, Record<string, Target>> = {
      ...Object.fromEntries(kernels.activationNames.map((name) => [name, target(kernels[name], [t, tensorOf('z')])])),
      ...Object.fromEntries((['add', 'subtract', 'multiply', 'divide'] as const).map((name) => [name, target(kernels[name], [t, tensorOf('a'), tensorOf('b')])])),
      ...Object.fromEntries((['sum', 'mean', 'max', 'argmax', 'softmax'] as const).map((name) => [name, target(kernels[name], [t, tensorOf('x')])])),
      activate: target(kernels.activate, [t, tensorOf('z'), ['relu']]),
      slope: target(kernels.slope, [t, tensorOf('y'), [[2, 4], optional(shape)]]),
      matmul: target(kernels.matmul, [t, tensorOf('a'), tensorOf('b'), [{ transposeB: true }]]),
      dense: target(kernels.dense, [t, tensorOf('x'), tensorOf('w'), [undefined, optional(tensor('bias'))]]),
      random: target(kernels.random, [t, [[2, 4]], ['normal']]),
      randomSigns: target(kernels.randomSigns, [t, [[2, 4], shape], drawn]),
      normalNoise: target(kernels.normalNoise, [t, [[2, 4], shape], [1, number('stddev')], drawn]),
      uniformNoise: target(kernels.uniformNoise, [t, [[2, 4], shape], [0, number('low')], [1, number('high')], drawn]),
      stopGradient: target(kernels.stopGradient, [t, tensorOf('x')]),
      straightThrough: target(kernels.straightThrough, [t, tensorOf('x'), tensorOf('value')]),
      mmd: target(kernels.mmd, [t, ['imq', word('kernel', ['imq', 'rbf'])], tensorOf('z'), tensorOf('p'), s, [2, number('width')]]),
      corrupt: target(kernels.corrupt, [t, ['mask', word('kind', ['gaussian', 'mask', 'saltAndPepper'])], tensorOf('x'), [0.5, number('amount')], drawn]),
      dropout: target(kernels.dropout, [t, tensorOf('x'), [0.5, number('rate')], drawn]),
      codeMean: target(kernels.codeMean, [t, tensorOf('head')]),
      reparameterize: target(kernels.reparameterize, [t, tensorOf('head'), drawn]),
      loss: target(kernels.loss, [t, ['mse', word('kind', kinds)], tensorOf('y'), tensorOf('x'), s, factor]),
      rowSums: target(kernels.rowSums, [
        t, ['mse', word('kind', [...kinds, 'square', 'absolute', 'value', 'product'])], [{ y: x, x }, ...within('tensors', { y: x, x }, { y: tensor('y'), x: optional(tensor('x')) })],
        s, factor,
      ]),
      elementLosses: target(kernels.elementLosses, [t, ['bce', word('kind', kinds)], tensorOf('y'), tensorOf('x'), s, [1, optional(number('factor'))]]),
      crossEntropy: target(kernels.crossEntropy, [t, tensorOf('y'), [vector(2), tensor('labels')], s]),
      decay: target(kernels.decay, [t, [[x], list('weights'), alone(tensor('weights[0]'))], s, factor]),
      contraction: target(kernels.contraction, [t, [layers, list('layers'), ...within('layers[0]', layers[0], { w: tensor('w'), y: tensor('y') }).map(alone)], s, factor, [undefined, optional(tensor('u'))]]),
      gather: target(kernels.gather, [t, [source, ...within('source', source, { data: not('data', (value) => value instanceof Tensor || Array.isArray(value)), bytes: flag('bytes'), columns: count('columns'), scale: number('scale') })], s, [2, count('rows')], [undefined, optional(tensor('order'))]]),
      scatter: target(kernels.scatter, [t, tensorOf('y'), s, [vector(8), tensor('out')], [4, count('columns')]]),
      shuffle: target(kernels.shuffle, [t, s, [order, tensor('order')], [{ shuffled: true }, ...within('options', { shuffled: true }, { shuffled: flag('shuffled'), subset: optional(tensor('subset')) })]]),
      account: target(kernels.account, [t, [[x], list('terms'), alone(tensor('terms[0]'))], s, [vector(1), tensor('losses')], [update, optional(not('update', anObject)), ...within('update', update, { gradients: tensor('gradients'), timetable: tensor('timetable'), clipNorm: optional(number('clipNorm')) }).slice(1)], [0, optional(number('first'))]]),
      advance: target(kernels.advance, [t, s]),
      optimize: target(kernels.optimize, [t, ['sgd', word('kind', optimizers)], [moving, ...within('tensors', moving, { values: tensor('values'), gradients: tensor('gradients'), moments: optional(tensor('moments')), settings: tensor('settings'), state: aState })], [{ phase: 0 }, optional(not('phase', anObject)), ...within('phase', { phase: 0 }, { phase: number('phase'), before: optional(tensor('before')) }).slice(1)]]),
      momentCount: target(kernels.momentCount, [['adam', word('kind', optimizers)]]),
      emptyTensor: target((...args: Parameters<typeof runtime.emptyTensor>) => runtime.emptyTensor(...args).dispose(), [[gpu, gpuKind], [[2, 4], shape], ['f32', optional(word('dtype', ['f32', 'u32']))]]),
      writeTensor: target(runtime.writeTensor, [[gpu, gpuKind], tensorOf('target'), [[1, 2, 3, 4, 5, 6, 7, 8], not('values', (value) => Array.isArray(value) || ArrayBuffer.isView(value))]]),
      makeState: target((...args: Parameters<typeof runtime.makeState>) => runtime.makeState(...args).dispose(), [[gpu, gpuKind]]),
      writeState: target(runtime.writeState, [[gpu, gpuKind], s, [{ step: 3 }, not('values', anObject)]]),
      parseState: target(runtime.parseState, [[new Uint32Array(13), not('values', (value) => Array.isArray(value) || ArrayBuffer.isView(value))]]),
    }; // prettier-ignore
    const targets = Object.fromEntries(
      Object.entries(all).flatMap(([name, each]) =>
        Object.entries(each).map(([at, one]) => [`${name}, argument ${at}`, one]),
      ),
    );
    await refuseAll(task, 'published kernels and the functions used with them', targets, gpu, [12, 2_000], 'arguments');
  });

  it('refuses to compile anything but a tape', async () => {
    await expect((async () => runtime.compile(5 as never))()).rejects.toThrow(
      'compile: tape must be a tape, as tape(gpu) returns it, not 5',
    );
  });
});
