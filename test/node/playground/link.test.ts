/** The settings, as a link has them. */
import { describe, expect, it } from 'vitest';
import { fromHash, toHash } from '../../../app/playground/link.ts';
import {
  ownSettings,
  presets,
  secondOf,
  suited,
  suits,
  withCodeKind,
  withPreset,
} from '../../../app/playground/presets.ts';
import { defaults, needsAdjusting, needsNewModel, type Settings } from '../../../app/playground/settings.ts';
import { linesOf, scaleOf, termsOf, unlike, valuesOf } from '../../../app/playground/views/lossLines.ts';

/** Every setting, and none as it is by default. */
const others: Settings = {
  preset: 'contractive',
  model: 'gan',
  data: 'own',
  network: 'convolutional',
  hidden: [100, 10],
  generator: [256, 512],
  discriminator: [],
  code: 4,
  codeKind: 'vectorQuantizer',
  beta: 2.5,
  samples: 3,
  conditional: true,
  entries: 32,
  active: 5,
  activation: 'tanh',
  loss: 'mse',
  corruption: 'maskNoise',
  amount: 0.25,
  penalty: 'sparsity',
  weight: 0.002,
  prior: 'uniform',
  judged: 'output',
  normalize: 'standardize',
  tied: true,
  pretrain: true,
  optimizer: 'sgd',
  rate: 0.0017,
  discriminatorRate: 0.0004,
  batch: 64,
  seed: 7,
  without: 3,
  slow: true,
  second: 'deep',
  secondBeta: 0.5,
  contamination: 0.05,
  strange: 2,
};

describe('a link', () => {
  it.each(Object.keys(defaults) as (keyof Settings)[])('has the setting %s', (name) => {
    expect(others[name]).not.toEqual(defaults[name]);
    const settings = { ...defaults, [name]: others[name] };
    expect(fromHash(`#${toHash(settings)}`)).toEqual({ settings, unknown: [] });
  });

  it('has all settings at once, and no hidden layer', () => {
    expect(fromHash(`#${toHash(others)}`)).toEqual({ settings: others, unknown: [] });
    const none = { ...others, hidden: [] };
    expect(fromHash(toHash(none)).settings).toEqual(none);
    expect(toHash(defaults)).toBe('');
  });

  it('of the time when codes were only Gaussian or not keeps its meaning', () => {
    expect(fromHash('#gaussian=false&beta=2')).toEqual({
      settings: { ...defaults, codeKind: 'plain', beta: 2 },
      unknown: [],
    });
    expect(fromHash('#gaussian=maybe').unknown).toEqual(['gaussian=maybe']);
  });

  it('with an unknown member keeps the default, and reports it', () => {
    expect(fromHash('#second=toString&preset=foo&code=x&nothing=1')).toEqual({
      settings: defaults,
      unknown: ['second=toString', 'preset=foo', 'code=x', 'nothing=1'],
    });
  });
});

describe('a change of settings', () => {
  const changed = (name: keyof Settings) => ({ ...defaults, [name]: others[name] });
  it.each(['rate', 'discriminatorRate', 'optimizer', 'batch'] as const)(
    'of %s applies to a running training',
    (name) => {
      expect([needsNewModel(defaults, changed(name)), needsAdjusting(defaults, changed(name))]).toEqual([false, true]);
    },
  );
  it.each(['preset', 'slow', 'second', 'secondBeta', 'contamination', 'strange'] as const)(
    'of %s keeps the model',
    (name) => {
      expect([needsNewModel(defaults, changed(name)), needsAdjusting(defaults, changed(name))]).toEqual([false, false]);
    },
  );
  it.each([
    'hidden',
    'model',
    'generator',
    'discriminator',
    'code',
    'codeKind',
    'samples',
    'conditional',
    'entries',
    'active',
    'loss',
    'seed',
    'without',
    'normalize',
    'data',
  ] as const)('of %s needs a new model', (name) => {
    expect(needsNewModel(defaults, changed(name))).toBe(true);
  });
});

describe('presets', () => {
  const all = Object.keys(presets).filter((name) => name !== 'table');
  /** Those whose codes are numbers, few enough to be compared. */
  const ofNumbers = all.filter((name) => !['vector-quantised', 'sparse-dictionary'].includes(name));
  const made = (name: string) => withPreset(defaults, name);

  it('have codes of two sizes and one loss, so that they can be compared, and the linear ones state why not', () => {
    expect(new Set(ofNumbers.map((name) => made(name).code))).toEqual(new Set([2, 32]));
    expect(all.filter((name) => made(name).loss !== 'bce')).toEqual(['linear', 'linear-map', 'sparse-dictionary']);
    for (const name of ofNumbers) expect(presets[name].title, name).toMatch(/ (2|32) numbers$/);
    for (const name of ofNumbers) expect(presets[name].title, name).toContain(` ${made(name).code} numbers`);
  });

  it('tie the weights of contractive members, as their guide asks', () => {
    for (const name of ['contractive', 'stochastic-contractive'])
      expect([made(name).tied, made(name).hidden, made(name).activation]).toEqual([true, [], 'sigmoid']);
  });

  it('do not change the page around the model', () => {
    const { preset, data, batch, seed, without, slow, second, secondBeta, contamination, strange } = others;
    expect(withPreset(others, 'simple')).toMatchObject({
      ...{ data, batch, seed, without, slow, second, secondBeta, contamination, strange },
      preset: 'simple',
    });
    expect(preset).not.toBe('simple');
  });

  it('without an encoder have no settings for codes of examples, and cannot be a second model', () => {
    const gan = withPreset({ ...others, model: 'autoencoder' }, 'gan');
    expect(gan).toMatchObject({ model: 'gan', without: -1, second: 'none', penalty: 'none', batch: others.batch });
    expect(withPreset(gan, 'simple')).toMatchObject({ model: 'autoencoder', hidden: [], code: 32 });
    expect(fromHash('#second=gan').unknown).toEqual(['second=gan']);
  });

  it('with another kind of code have as many numbers as it needs', () => {
    const sparse = withCodeKind(defaults, 'topK');
    expect(sparse).toEqual({ ...defaults, codeKind: 'topK', code: 512 });
    expect(withCodeKind(sparse, 'gaussian')).toEqual({ ...defaults, code: 32 });
    expect(withCodeKind(defaults, 'vectorQuantizer')).toEqual({ ...defaults, codeKind: 'vectorQuantizer' });
  });

  it('for a table are those that need no pictures', () => {
    const table = { kind: 'table', classes: ['a', 'b'] } as const;
    expect(all.filter((name) => !suits(presets[name].parts, table))).toEqual([
      'gan',
      'convolutional',
      'residual',
      'vector-quantised',
      'super-resolution',
      'tiles',
    ]);
    expect(all.every((name) => suits(presets[name].parts, { kind: 'image', classes: ['a', 'b'] }))).toBe(true);
    // Without classes there is nothing to be told.
    expect(all.filter((name) => !suits(presets[name].parts, { kind: 'image' }))).toEqual(['conditional']);
    expect(suited(defaults, 'table')).toMatchObject({
      preset: 'table',
      codeKind: 'plain',
      code: 4,
      loss: 'mse',
      hidden: [16, 8],
    });
    expect(suited({ ...others, normalize: 'standardize' }, 'image')).toMatchObject({
      preset: 'variational',
      loss: 'bce',
      normalize: 'auto',
    });
  });
});

describe('a visitor’s own examples', () => {
  const labels = Int32Array.of(0, 0, 1, 2, 2);
  const table = {
    name: 't',
    kind: 'table',
    shape: [2],
    values: new Float32Array(10),
    labels,
    classes: ['a', 'b', 'c'],
  } as const;
  const examples = { ...table, shape: [2], classes: ['a', 'b', 'c'] };

  it('of another kind get suitable settings, and of the same kind keep the settings', () => {
    const fit = ownSettings(defaults, 'image', { ...examples, shape: [12] });
    expect(fit).toMatchObject({ data: 'own', preset: 'table', code: 4, codeKind: 'plain', loss: 'mse', strange: 1 });
    expect(ownSettings({ ...fit, code: 3, hidden: [9] }, 'table', examples)).toMatchObject({ code: 3, hidden: [9] });
  });

  it('of few columns get a code narrower than the columns', () => {
    const codes = [1, 2, 3, 6, 7, 8, 50].map(
      (columns) => ownSettings(defaults, 'image', { ...examples, shape: [columns] }).code,
    );
    expect(codes).toEqual([1, 1, 1, 3, 3, 4, 4]);
  });

  it('of a link keep its settings, if their classes allow it', () => {
    const link = { ...others, strange: 2, without: 1 };
    expect(ownSettings(link, undefined, examples)).toEqual(link);
    expect(ownSettings(link, undefined, { ...examples, labels: undefined, classes: undefined })).toEqual({
      ...link,
      conditional: false,
      strange: 0,
      without: -1,
    });
  });

  it('are not compared with a model of other examples', () => {
    expect(ownSettings({ ...others, without: 1 }, 'table', examples)).toMatchObject({ second: 'none', without: -1 });
  });
});

describe('the reports of a model beside its reconstruction', () => {
  it.each([
    ['simple', []],
    ['variational', ['kl']],
    ['importance-weighted', ['kl']],
    ['sparse', ['penalty']],
    ['wasserstein', ['mmd']],
    ['adversarial', ['adversary', 'discriminator']],
    ['vae-gan', ['kl', 'adversary', 'discriminator']],
    ['sparse-dictionary', ['dead'], ['deadLatents', 'dead']],
    ['vector-quantised', ['perplexity'], ['commitment', 'perplexity']],
  ])('%s: its lines in the chart', (name, terms, told = terms) => {
    const settings = withPreset(defaults, name);
    expect(termsOf(settings)).toEqual(told);
    const apart = linesOf(settings, undefined, 'loss').filter(({ scale }) => scale === 'part');
    expect(apart.map(({ part }) => part)).toEqual(terms);
  });

  it('a GAN: the losses of both sides, on one axis', () => {
    const lines = linesOf(withPreset(defaults, 'gan'), undefined, 'loss').filter(({ name }) => name);
    expect(lines.map(({ name, points, part, scale }) => [name, points, part, scale])).toEqual([
      ['generator', 'epochs', 'loss', 'y'],
      ['discriminator', 'epochs', 'discriminator', 'y'],
      ['discriminator, held out', 'heldOut', 'discriminator', 'y'],
    ]);
  });

  it('of another model is in its own unit, for any unit of the loss', () => {
    const [line] = linesOf(withPreset(defaults, 'adversarial'), defaults, 'adversary');
    const point = { at: 0.5, loss: 0.25, reconstruction: 0.25, adversary: 0.75 };
    const history = { epochs: [point], steps: [], heldOut: [] };
    expect(valuesOf(line, history, 784)).toEqual([[0.5], [0.75]]);
    expect(valuesOf({ ...line, part: 'loss' }, history, 784)).toEqual([[0.5], [196]]);
  });
});

describe('a second model', () => {
  it('has the data, the seed and the batch of the first, and its own weight of the divergence', () => {
    expect(secondOf(defaults)).toBeUndefined();
    const first = { ...defaults, second: 'variational-wide', secondBeta: 3, seed: 5, batch: 32, without: 1 };
    expect(secondOf(first)).toMatchObject({
      preset: 'variational-wide',
      code: 32,
      beta: 3,
      seed: 5,
      batch: 32,
      without: 1,
    });
  });

  it('with another code, loss or normalisation reports the difference, with both sides', () => {
    const image = { kind: 'image', shape: [28, 28, 1] } as const;
    const say = (second: Settings, first: Settings) => unlike(second, first, { ...image, shape: [...image.shape] });
    const plain = { ...defaults, codeKind: 'plain' } as const;
    expect(say(plain, plain)).toBe('');
    expect(say({ ...plain, code: 32 }, plain)).toBe('Its code has 32 numbers, the first one’s has 2 numbers.');
    expect(say({ ...plain, loss: 'mse' }, plain)).toBe(
      'It learns by MSE, the first one by BCE: the losses are of different kinds, the squared errors can be compared.',
    );
    expect(say({ ...plain, normalize: 'minMax' }, plain)).toMatch(
      /^Its values go in scaled to 0 … 1, the first one’s as they are/,
    );
    expect(say(plain, defaults)).toMatch(/^Only the first one’s loss has a divergence in it/);
  });

  it('converts means and sums of a second model to those of the first', () => {
    const image = { kind: 'image', shape: [28, 28, 1] } as const;
    const plain = { ...defaults, codeKind: 'plain' } as const;
    const scale = (second: Settings, first: Settings) => scaleOf(second, first, { ...image, shape: [...image.shape] });
    expect(scale(plain, defaults)).toBe(784);
    expect(scale(defaults, plain)).toBe(1 / 784);
    // A Gaussian likelihood counts half of a squared error.
    expect(scale({ ...plain, loss: 'mse' }, defaults)).toBe(392);
    expect(scale({ ...defaults, loss: 'mse' }, defaults)).toBe(1);
  });
});
