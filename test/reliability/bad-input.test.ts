import { describe, it } from 'vitest';
import * as lib from '../../src/index.ts';
import { activationNames } from '../../src/kernels/activation.ts';
import {
  flag,
  isSide,
  isSides,
  not,
  number,
  optional,
  options,
  ownGpu,
  refuseAll,
  whole,
  word,
  type Kind,
  type Target,
} from '../support/wrong.ts';

const activation = optional(word('activation', activationNames));
const init = optional(word('initializer', ['glorot', 'he', 'lecun']));
const count = (names: string, least = 1): Kind => whole(names, { least });

const pairOf = (value: unknown, right: (each: unknown) => boolean): boolean => {
  const both = Array.isArray(value) ? Array.from(value as unknown[]) : [value, value];
  return both.length === 2 && both.every(right);
};

/** A number, or one for each axis. */
const sides = (names: string): Kind => not(names, (value) => pairOf(value, isSide));

const window = { stride: optional(sides('stride')), init, bias: optional(flag('bias')) };
const paddingUpTo = (most: number): Kind =>
  optional(
    not(
      'padding',
      (value) =>
        value === 'same' ||
        value === 'valid' ||
        pairOf(value, (each) => Number.isSafeInteger(each) && Number(each) >= 0 && Number(each) <= most),
    ),
  );
const padding = paddingUpTo(Infinity);

/** What layers along sequences take, numbers and no lists. */
const alongOne = {
  stride: optional(count('stride')),
  dilation: optional(count('dilation')),
  init,
  bias: optional(flag('bias')),
};
const paddingAlong = (most: number): Kind =>
  optional(
    not(
      'padding',
      (value) =>
        value === 'same' ||
        value === 'valid' ||
        (Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most),
    ),
  );
/** At least 2, on one axis if not on both. */
const cuts = (names: string, most = Infinity): Kind =>
  not(
    names,
    (value) => pairOf(value, (each) => isSide(each) && Number(each) <= most) && [value].flat().some((n) => n !== 1),
  );
const share = (names: string): Kind => number(names, { above: 0, most: 1 });

const isSchedule = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 3.4e38;
const rate = optional(number('learning rate', { least: 0, most: 1e12 }));
const clipNorm = optional(number('clipNorm', { above: 0 }));
const beta = (names: string): Kind =>
  optional(number(names, { least: 0, most: 0.99 })).filter(
    ({ value }) => typeof value !== 'number' || !(value > 0.99 && value < 1),
  );

const formula = { name: 'mine', wgsl: 'abs(y - x)', derivative: 'sign(y - x)' };
/** What no expression can be; of the rest a compiler knows more. */
const expression = (names: string): Kind =>
  not(names, (value) => typeof value === 'string' && value.trim() !== '' && !/[;{}@#"'`$?:\\]/.test(value));

const maker = (call: (...args: never[]) => unknown, good: unknown[], ...wrong: Kind[]): Target => ({
  call,
  good,
  wrong,
  throws: true,
});

const makers: Record<string, Target> = {
  dense: maker(
    lib.dense,
    [12, 'relu', {}],
    count('units'),
    activation,
    options({}, { init, bias: optional(flag('bias')) }),
  ),
  activation: maker(lib.activation, ['relu'], word('activation', activationNames)),
  'activation with a parameter': maker(
    (options: object) => lib.dense(3, ['leakyRelu', options]),
    [{ slope: 0.2 }],
    options({ slope: 0.2 }, { slope: optional(number('slope', { least: 0 })) }),
  ),
  layerNorm: maker(lib.layerNorm, [{}], options({}, { epsilon: optional(number('epsilon', { above: 0 })) })),
  groupNorm: maker(
    lib.groupNorm,
    [2, {}],
    count('groups'),
    options({}, { epsilon: optional(number('epsilon', { above: 0 })) }),
  ),
  batchNorm: maker(
    lib.batchNorm,
    [{}],
    options(
      {},
      {
        momentum: optional(number('momentum', { least: 0, most: 1 })),
        epsilon: optional(number('epsilon', { above: 0 })),
      },
    ),
  ),
  vectorQuantizer: maker(
    lib.vectorQuantizer,
    [8, {}],
    whole('entries', { least: 1, most: 2 ** 24 }),
    options(
      {},
      {
        commitment: optional(number('commitment', { least: 0 })),
        decay: optional(number('decay', { least: 0, most: 0.9 })).filter(
          ({ value }) => value !== false && (typeof value !== 'number' || !(value > 0.9 && value < 1)),
        ),
      },
    ),
  ),
  topK: maker(lib.topK, [3, {}], count('k'), options({}, { batch: optional(flag('batch')) })),
  residual: maker(
    lib.residual,
    [[lib.dense(3)]],
    not('residual', () => false),
  ),
  dropout: maker(
    lib.dropout,
    [0.5],
    number('rate', { least: 0, most: 0.9 }).filter(
      ({ value }) => typeof value !== 'number' || !(value > 0.9 && value < 1),
    ),
  ),
  gaussian: maker(
    lib.gaussian,
    [2, {}],
    count('units'),
    options(
      {},
      { beta: optional(not('beta', isSchedule)), samples: optional(whole('samples', { least: 1, most: 10_000 })) },
    ),
  ),
  conv2d: maker(
    lib.conv2d,
    [4, 3, 'relu', {}],
    count('filters'),
    sides('kernel'),
    activation,
    options(
      {},
      {
        ...window,
        padding,
        dilation: optional(sides('dilation')),
        groups: optional(not('groups', (value) => [1, 2, 4].includes(Number(value)) && typeof value === 'number')),
      },
    ),
  ),
  convTranspose2d: maker(
    lib.convTranspose2d,
    [4, 3, 'relu', { stride: 2, padding: 1 }],
    count('filters'),
    sides('kernel'),
    activation,
    options(
      { stride: 2, padding: 1 },
      {
        ...window,
        stride: optional(sides('stride')),
        padding,
        dilation: optional(sides('dilation')),
        outputPadding: optional(not('outputPadding', (value) => pairOf(value, (each) => each === 0 || each === 1))),
      },
    ),
  ),
  maxPool2d: maker(
    lib.maxPool2d,
    [2, {}],
    optional(sides('window')),
    options({}, { stride: optional(sides('stride')), padding: paddingUpTo(1) }),
  ),
  avgPool2d: maker(
    lib.avgPool2d,
    [2, {}],
    optional(sides('window')),
    options({}, { stride: optional(sides('stride')), padding: optional(word('padding', ['same', 'valid'])) }),
  ),
  conv1d: maker(
    lib.conv1d,
    [4, 3, 'relu', {}],
    count('filters'),
    count('kernel'),
    activation,
    options(
      {},
      {
        ...alongOne,
        padding: paddingAlong(Infinity),
        groups: optional(not('groups', (value) => [1, 2, 4].includes(Number(value)) && typeof value === 'number')),
      },
    ),
  ),
  convTranspose1d: maker(
    lib.convTranspose1d,
    [4, 3, 'relu', { stride: 2, padding: 1 }],
    count('filters'),
    count('kernel'),
    activation,
    options(
      { stride: 2, padding: 1 },
      {
        ...alongOne,
        padding: paddingAlong(Infinity),
        outputPadding: optional(whole('outputPadding', { least: 0, most: 1 })),
      },
    ),
  ),
  maxPool1d: maker(
    lib.maxPool1d,
    [2, {}],
    optional(count('window')),
    options({}, { stride: optional(count('stride')), padding: paddingAlong(1) }),
  ),
  avgPool1d: maker(
    lib.avgPool1d,
    [2, {}],
    optional(count('window')),
    options({}, { stride: optional(count('stride')), padding: optional(word('padding', ['same', 'valid'])) }),
  ),
  upsample1d: maker(
    lib.upsample1d,
    [2, 'nearest'],
    optional(count('factor')),
    optional(word('interpolation', ['nearest', 'linear'])),
  ),
  upsample2d: maker(
    lib.upsample2d,
    [2, 'nearest'],
    optional(sides('factor')),
    optional(word('interpolation', ['nearest', 'bilinear'])),
  ),
  reshape: maker(lib.reshape, [[2, 3, 2]], not('reshape', isSides)),
  gaussianNoise: maker(lib.gaussianNoise, [0.5], number('stddev', { above: 0 })),
  maskNoise: maker(lib.maskNoise, [0.5], share('rate')),
  saltAndPepper: maker(lib.saltAndPepper, [0.5], share('rate')),
  downsample: maker(lib.downsample, [2], cuts('factor')),
  shuffleTiles: maker(lib.shuffleTiles, [2], cuts('tiles', 8)),
  hideCells: maker(lib.hideCells, [0.5], share('rate')),
  swapNoise: maker(lib.swapNoise, [0.5], share('rate')),
  contractive: maker(
    lib.contractive,
    [0.1, {}],
    number('weight', { least: 0 }),
    options({}, { estimate: optional(flag('estimate')) }),
  ),
  stochasticContractive: maker(
    lib.stochasticContractive,
    [0.1, 0.5],
    number('weight', { least: 0 }),
    number('stddev', { above: 0 }),
  ),
  sparsity: maker(lib.sparsity, [0.1], number('weight', { least: 0 })),
  weightDecay: maker(lib.weightDecay, [0.1], number('weight', { least: 0 })),
  huber: maker(lib.huber, [{}], options({}, { delta: optional(number('delta', { above: 0 })) })),
  categorical: maker(lib.categorical, [[3, 2]], not('groups', isSides)),
  elementwise: maker(
    lib.elementwise,
    [formula],
    options(formula, {
      name: not('name', (value) => typeof value === 'string' && value !== ''),
      wgsl: expression('wgsl'),
      derivative: expression('derivative'),
    }),
  ),
  adversarial: maker(
    lib.adversarial,
    [[lib.dense(3)], { on: 'output' }],
    not('discriminator', (value) => Array.isArray(value) && !value.length),
    options(
      { on: 'output' },
      {
        on: optional(word('on', ['code', 'output'])),
        weight: optional(number('weight', { above: 0 })),
        prior: optional(not('prior', () => false)),
        features: optional(whole('features', { least: 1, most: 1 })),
        optimizer: optional(not('optimizer', () => false)),
      },
    ),
  ),
  mmd: maker(
    lib.mmd,
    [1, {}],
    number('weight', { above: 0 }),
    options({}, { kernel: optional(word('kernel', ['imq', 'rbf'])), prior: optional(not('prior', () => false)) }),
  ),
  deadLatents: maker(
    lib.deadLatents,
    [{}],
    options(
      {},
      {
        after: optional(whole('after', { least: 1, most: 2 ** 24 })),
        k: optional(count('k')),
        weight: optional(number('weight', { above: 0 })),
        resample: optional(whole('resample', { least: 1, most: 2 ** 24 })),
      },
    ),
  ),
  normal: maker(lib.normal, [{}], options({}, { stddev: optional(number('stddev', { above: 0 })) })),
  uniform: maker(
    lib.uniform,
    [{ low: -1, high: 4 }],
    options({ low: -1, high: 4 }, { high: optional(number('high', { above: -1 })) }),
  ),
  constant: maker(lib.constant, [0.1], number('value', { least: 0 })),
  cosine: maker(
    lib.cosine,
    [0.1, { steps: 5 }],
    number('from', { least: 0 }),
    options({ steps: 5 }, { steps: count('steps'), to: optional(number('to', { least: 0 })) }),
  ),
  stepDecay: maker(
    lib.stepDecay,
    [0.1, { every: 5 }],
    number('from', { least: 0 }),
    options({ every: 5 }, { every: count('every'), factor: optional(number('factor', { least: 0 })) }),
  ),
  warmUp: maker(lib.warmUp, [5, 0.1], count('steps'), not('then', isSchedule)),
  sgd: maker(
    lib.sgd,
    [0.1, { momentum: 0.5 }],
    rate,
    options({ momentum: 0.5 }, { momentum: beta('momentum'), nesterov: optional(flag('nesterov')), clipNorm }),
  ),
  adam: maker(
    lib.adam,
    [0.1, {}],
    rate,
    options(
      {},
      { beta1: beta('beta1'), beta2: beta('beta2'), epsilon: optional(number('epsilon', { above: 0 })), clipNorm },
    ),
  ),
  adamw: maker(
    lib.adamw,
    [0.1, {}],
    rate,
    options(
      {},
      {
        beta1: beta('beta1'),
        beta2: beta('beta2'),
        epsilon: optional(number('epsilon', { above: 0 })),
        weightDecay: optional(number('weight decay', { least: 0 })),
        clipNorm,
      },
    ),
  ),
  adagrad: maker(
    lib.adagrad,
    [0.1, {}],
    rate,
    options({}, { epsilon: optional(number('epsilon', { above: 0 })), clipNorm }),
  ),
};

describe('makers', () => {
  it(
    'of layers, corruptions, penalties, losses, schedules and optimizers refuse wrong arguments',
    { timeout: 600_000 },
    async ({ task }) => {
      await refuseAll(
        task,
        'makers of layers, corruptions, penalties, losses, schedules, optimizers',
        makers,
        await ownGpu(),
        [60, 20_000],
      );
    },
  );
});
