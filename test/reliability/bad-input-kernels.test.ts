import fc from 'fast-check';
import { describe, it } from 'vitest';
import * as kernels from '../../src/kernels.ts';
import type { Gpu } from '../../src/index.ts';
import { openGpu } from '../../src/index.ts';
import { read, readAll, tape as makeTape, tensor, writeTensor, type Tape, type Tensor } from '../../src/runtime.ts';
import {
  callback,
  flag,
  gpuKind,
  isSides,
  not,
  number,
  oneOf,
  optional,
  options,
  ownGpu,
  refuseAll,
  seed,
  word,
  type Kind,
  type Target,
} from '../support/wrong.ts';

const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 });
const show = (shape: readonly number[]) => `[${shape.join(', ')}]`;

/** Kinds of tensors that kernels cannot take. */
async function strangers(gpu: Gpu) {
  const tape = makeTape(gpu);
  const elsewhere = tensor(await ownGpu(), [1, 2, 3, 4, 5, 6], [2, 3]);
  const foreign: Kind = fc.constantFrom(
    { value: makeTape(gpu).tensor([2, 3]), names: 'another tape' },
    { value: elsewhere, names: 'another Gpu' },
  );
  /** Of other shapes; the message shows theirs. */
  const shaped = (bad: (shape: readonly number[]) => boolean): Kind =>
    shapes.filter(bad).map((shape) => ({ value: tape.tensor(shape), names: show(shape) }));
  return { tape, foreign, shaped };
}

const axis: Kind = optional(
  not('axis', (value) => Number.isInteger(value) && Number(value) >= -2 && Number(value) < 2),
);

describe('direct calls of kernels', () => {
  it('refuse mismatched shapes, missing axes and tensors of another Gpu', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const { tape, foreign, shaped } = await strangers(gpu);
    const x = tape.tensor([2, 3]);
    const on = (call: (tape: Tape, ...args: never[]) => unknown, good: unknown[], ...wrong: Kind[]): Target => ({
      call: (...args: never[]) => call(tape, ...args),
      good,
      wrong,
      throws: true,
    });
    const broadcasts = (shape: readonly number[]) =>
      shape.length <= 4 && shape.toReversed().every((side, i) => side === 1 || i > 1 || side === [3, 2][i]);
    const other = fc.oneof(
      foreign,
      shaped((shape) => !broadcasts(shape)),
    );
    const transposes = options(
      {},
      { transposeA: optional(flag('transposeA')), transposeB: optional(flag('transposeB')) },
    );
    const draws = options(
      {},
      {
        seed: optional(seed()),
        stream: optional(seed('stream')),
        step: optional(seed('step')),
        probability: optional(number('probability', { least: 0, most: 1 })),
      },
    );
    const targets: Record<string, Target> = {
      matmul: on(
        kernels.matmul,
        [x, tape.tensor([3, 4]), {}],
        fc.oneof(
          foreign,
          shaped((shape) => shape.length < 2 || shape.at(-1) !== 3),
        ),
        fc.oneof(
          foreign
            .filter(({ names }) => names === 'another tape')
            .map(() => ({ value: makeTape(gpu).tensor([3, 4]), names: 'another tape' })),
          shaped((shape) => shape.length !== 2 || shape[0] !== 3),
        ),
        transposes,
      ),
      dense: on(
        kernels.dense,
        [x, tape.tensor([4, 3]), undefined, 'relu'],
        shaped((shape) => (shape.at(-1) ?? 1) !== 3).map(({ value }) => ({
          value,
          names: 'takes 3 features, the data has',
        })),
        fc.constant({ value: makeTape(gpu).tensor([4, 3]), names: 'another tape' }),
        shaped((shape) => shape.reduce((p, n) => p * n, 1) !== 4),
        optional(word('activation', kernels.activationNames)),
      ),
      activate: on(kernels.activate, [x, 'relu'], foreign, word('activation', kernels.activationNames)),
      softmax: on(kernels.softmax, [x], foreign),
      random: on(
        kernels.random,
        [[2, 3], 'normal', {}],
        not('shape', (value) => isSides(value) || (Array.isArray(value) && !value.length)),
        word('distribution', ['uniform', 'normal', 'bernoulli']),
        draws,
      ),
      ...Object.fromEntries(
        kernels.activationNames
          .filter((name) => name !== 'linear')
          .map((name) => [name, on(kernels[name], [x], foreign)]),
      ),
      ...Object.fromEntries(
        (['add', 'subtract', 'multiply', 'divide'] as const).map((name) => [
          name,
          on(kernels[name], [x, x], foreign, other),
        ]),
      ),
      ...Object.fromEntries(
        (['sum', 'mean', 'max', 'argmax'] as const).map((name) => [name, on(kernels[name], [x, 1], foreign, axis)]),
      ),
    };
    await refuseAll(task, 'kernels', targets, gpu, [60, 10_000]);
  });

  it('tensors and tapes refuse wrong input', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const bound = tensor(gpu, [1, 2, 3, 4, 5, 6], [2, 3]);
    const recorded = (shape: readonly number[] = [2, 3]): Tensor =>
      kernels.relu(makeTape(gpu), tensor(gpu, new Float32Array(shape.reduce((p, n) => p * n, 1)), shape));
    const lists = fc.oneof(
      not('tensor', (value) => ArrayBuffer.isView(value) && !(value instanceof DataView)),
      oneOf('values', new BigInt64Array(6)),
      oneOf('value 4', [0, 1, 2, 3, '4', 5], [0, 1, 2, 3, Symbol('4'), 5], [0, 1, 2, 3, 4n, 5]),
    );
    const [one, two, unwritten] = [recorded(), recorded(), makeTape(gpu).tensor([2, 3])];
    const lengths = fc.integer({ min: 0, max: 12 }).filter((length) => length !== 6);
    const targets: Record<string, Target> = {
      tape: { call: makeTape, good: [gpu], wrong: [gpuKind], throws: true },
      tensor: {
        call: (...args: Parameters<typeof tensor>) => tensor(...args).dispose(),
        good: [gpu, [1, 2, 3, 4, 5, 6], [2, 3], 'f32'],
        wrong: [
          gpuKind,
          fc.oneof(
            lists,
            lengths.map((length) => ({
              value: new Float32Array(length),
              names: `[2, 3] holds 6 values, but the data has ${length}`,
            })),
          ),
          optional(
            fc.oneof(
              not('shape', (value) => isSides(value) || (Array.isArray(value) && !value.length)),
              shapes
                .filter((shape) => shape.reduce((p, n) => p * n, 1) !== 6)
                .map((value) => ({ value, names: show(value) })),
            ),
          ),
          optional(word('dtype', ['f32', 'u32'])),
        ],
        throws: true,
      },
      writeTensor: {
        call: writeTensor,
        good: [gpu, bound, [1, 2, 3, 4, 5, 6]],
        wrong: [
          undefined,
          undefined,
          lengths.map((length) => ({ value: new Float32Array(length), names: `holds 6 values, not ${length}` })),
        ],
        throws: true,
      },
      read: {
        call: read,
        good: [one],
        wrong: [
          fc.oneof(
            not('tensor', () => false),
            oneOf('no kernel writes it', unwritten),
          ),
        ],
      },
      readAll: { call: readAll, good: [[one, bound]], wrong: [oneOf('different tapes', [one, two])] },
    };
    await refuseAll(task, 'tensors and tapes', targets, gpu, [60, 5_000]);
  });

  it('openGpu and profile', { timeout: 600_000 }, async ({ task }) => {
    const gpu = await ownGpu();
    const has = (name: string) => (value: unknown) => value instanceof Object && name in value;
    const targets: Record<string, Target> = {
      openGpu: {
        call: (o: object) => openGpu(o).then((opened) => opened.close()),
        good: [{ tuning: 'fixed' }],
        wrong: [
          options(
            { tuning: 'fixed' },
            {
              adapter: optional(
                fc.oneof(
                  not('adapter', (value) => typeof value === 'function' || has('requestDevice')(value)),
                  oneOf(
                    'adapter',
                    () => 5,
                    () => ({}),
                    () => Promise.resolve('adapter'),
                  ),
                ),
              ),
              device: optional(not('device', has('createBuffer'))),
              powerPreference: optional(word('powerPreference', ['low-power', 'high-performance'])),
              tuning: optional(word('tuning', ['measured', 'fixed'])),
            },
          ),
        ],
      },
      ...(gpu.device.features.has('timestamp-query') && {
        profile: {
          call: (work: () => Promise<unknown>) => gpu.profile(work),
          good: [() => Promise.resolve()],
          wrong: [callback('work')],
        },
      }),
    };
    await refuseAll(task, 'the device', targets, gpu, [60, 5_000]);
  });
});
