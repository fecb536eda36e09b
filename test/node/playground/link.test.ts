/** The settings, as a link has them. */
import { describe, expect, it } from 'vitest';
import { asCompared, mostCompared, nameOfModel, settingsOf } from '../../../app/playground/compare/choice.ts';
import { commonEpochs, rowOf } from '../../../app/playground/compare/figures.ts';
import { fromHash, toHash } from '../../../app/playground/link.ts';
import { ownSettings, presets, suits, withCodeKind, withPreset } from '../../../app/playground/presets.ts';
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
  compared: [{ preset: 'deep' }, { preset: 'variational', beta: 4, hidden: [128, 64] }],
  alike: false,
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

  it('of the time when tables were among the examples keeps what pictures have, and reports the preset for tables', () => {
    expect(fromHash('#preset=table&data=own&hidden=16,8&code=4&normalize=auto')).toEqual({
      settings: { ...defaults, data: 'own', hidden: [16, 8], code: 4 },
      unknown: ['preset=table'],
    });
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
  it.each(['preset', 'slow', 'compared', 'alike', 'contamination', 'strange'] as const)(
    'of %s leaves the model alone',
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
  const all = Object.keys(presets);
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

  it('leave the page around the model as it is', () => {
    const { preset, data, batch, seed, without, slow, compared, alike, contamination, strange } = others;
    expect(withPreset(others, 'simple')).toMatchObject({
      ...{ data, batch, seed, without, slow, compared, alike, contamination, strange },
      preset: 'simple',
    });
    expect(preset).not.toBe('simple');
  });

  it('without an encoder have nothing that is set by codes of examples, and stand beside no other model', () => {
    const gan = withPreset({ ...others, model: 'autoencoder' }, 'gan');
    expect(gan).toMatchObject({ model: 'gan', without: -1, compared: [], penalty: 'none', batch: others.batch });
    expect(withPreset(gan, 'simple')).toMatchObject({ model: 'autoencoder', hidden: [], code: 32 });
    expect(fromHash('#compared=gan').unknown).toEqual(['compared=gan']);
  });

  it('with another kind of code have as many numbers as it needs', () => {
    const sparse = withCodeKind(defaults, 'topK');
    expect(sparse).toEqual({ ...defaults, codeKind: 'topK', code: 512 });
    expect(withCodeKind(sparse, 'gaussian')).toEqual({ ...defaults, code: 32 });
    expect(withCodeKind(defaults, 'vectorQuantizer')).toEqual({ ...defaults, codeKind: 'vectorQuantizer' });
  });

  it('for examples without classes are those that are told none', () => {
    expect(all.every((name) => suits(name, ['a', 'b']))).toBe(true);
    expect(all.filter((name) => !suits(name))).toEqual(['conditional']);
  });
});

describe('a visitor’s own examples', () => {
  const withoutClasses = { data: 'own', conditional: false, strange: 0, without: -1 };

  it('of a link keep its settings but those of classes, which they have not', () => {
    expect(ownSettings(others, true)).toEqual({ ...others, ...withoutClasses });
  });

  it('are no longer compared with a model of other examples', () => {
    expect(ownSettings({ ...others, data: 'digits' }, false)).toEqual({ ...others, ...withoutClasses, compared: [] });
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
    const apart = linesOf(settings, [], 'loss').filter(({ scale }) => scale === 'part');
    expect(apart.map(({ part }) => part)).toEqual(terms);
  });

  it('a GAN: the losses of both sides, on one axis', () => {
    const lines = linesOf(withPreset(defaults, 'gan'), [], 'loss').filter(({ name }) => name);
    expect(lines.map(({ name, points, part, scale }) => [name, points, part, scale])).toEqual([
      ['generator', 'epochs', 'loss', 'y'],
      ['discriminator', 'epochs', 'discriminator', 'y'],
      ['discriminator, held out', 'heldOut', 'discriminator', 'y'],
    ]);
  });

  it('of another model is in its own unit, whatever the unit of the loss', () => {
    const [line] = linesOf(withPreset(defaults, 'adversarial'), [defaults], 'adversary');
    const point = { at: 0.5, loss: 0.25, reconstruction: 0.25, adversary: 0.75 };
    const history = { epochs: [point], steps: [], heldOut: [] };
    expect(valuesOf(line, history, 784)).toEqual([[0.5], [0.75]]);
    expect(valuesOf({ ...line, part: 'loss' }, history, 784)).toEqual([[0.5], [196]]);
  });
});

describe('a model beside the first', () => {
  const apart = { ...defaults, alike: false };

  it('has the data, the seed and the batch of the first, and what differs from its member of the family', () => {
    const first = { ...apart, seed: 5, batch: 32, without: 1 };
    expect(settingsOf(first, { preset: 'variational-wide', beta: 3 })).toMatchObject({
      preset: 'variational-wide',
      code: 32,
      beta: 3,
      seed: 5,
      batch: 32,
      without: 1,
    });
  });

  it('has the code size and the loss of the first, if they are to be alike and its code has a size of that meaning', () => {
    const linear = { preset: 'linear' };
    expect(settingsOf(apart, linear)).toMatchObject({ code: 32, loss: 'mse' });
    expect(settingsOf(defaults, linear)).toMatchObject({ code: 2, loss: 'bce', activation: 'linear' });
    expect(settingsOf(defaults, { preset: 'sparse-dictionary' })).toMatchObject({ code: 512, active: 20, loss: 'bce' });
    expect(settingsOf(withPreset(defaults, 'sparse-dictionary'), linear)).toMatchObject({ code: 32, loss: 'mse' });
  });

  it('that is a copy of the first is the first, and stays so when the first changes', () => {
    const first = { ...withPreset(apart, 'variational-wide'), hidden: [200], beta: 4, rate: 0.01 };
    const copy = asCompared(first);
    expect(copy).toEqual({ preset: 'variational-wide', hidden: [200], beta: 4, rate: 0.01 });
    expect(settingsOf(first, copy)).toEqual(first);
    expect(settingsOf(withPreset(first, 'simple'), copy)).toMatchObject({ hidden: [200], beta: 4, code: 32 });
  });

  it('is in the link with its settings, as are all others, up to four', () => {
    const compared = [asCompared({ ...defaults, hidden: [] }), { preset: 'deep' }];
    const hash = toHash({ ...defaults, compared });
    expect(hash).toBe('compared=variational*hidden*&compared=deep');
    expect(fromHash(hash)).toEqual({ settings: { ...defaults, compared }, unknown: [] });
    const { settings, unknown } = fromHash('compared=deep&'.repeat(mostCompared + 1));
    expect(settings.compared).toHaveLength(mostCompared);
    expect(unknown).toEqual(['compared=deep']);
    for (const wrong of ['toString', 'deep*beta', 'deep*beta*x', 'deep*nothing*1', 'deep*seed*3', 'deep*toString*1'])
      expect(fromHash(`#compared=${wrong}`)).toEqual({ settings: defaults, unknown: [`compared=${wrong}`] });
  });

  it('of an older link is the same as it was: with a code and a loss of its own', () => {
    expect(fromHash('#second=variational-wide&secondBeta=0.5')).toEqual({
      settings: { ...apart, compared: [{ preset: 'variational-wide', beta: 0.5 }] },
      unknown: [],
    });
    expect(fromHash('#second=none').settings).toEqual(defaults);
    expect(fromHash('#secondBeta=2').unknown).toEqual(['secondBeta=2']);
  });

  it('has lines of its own colour in the chart, and no single steps where there are more than two models', () => {
    const models = ['simple', 'deep', 'linear'].map((name) => withPreset(defaults, name));
    const [, second, third] = models;
    expect(linesOf(models[0], [second], 'loss').map(({ of, points, color }) => [of, points, color])).toEqual([
      [0, 'steps', 'accent'],
      [0, 'epochs', 'accent'],
      [0, 'heldOut', 'second'],
      [1, 'steps', 'ink'],
      [1, 'epochs', 'ink'],
      [1, 'heldOut', 'ink'],
    ]);
    expect(linesOf(models[0], [second, third], 'loss').map(({ name, color }) => [name, color])).toEqual([
      ['first model, training', 'accent'],
      ['first model, held out', 'accent'],
      ['second model, training', 'ink'],
      ['second model, held out', 'ink'],
      ['third model, training', 'third'],
      ['third model, held out', 'third'],
    ]);
  });

  it('is called by the size that its code has', () => {
    expect(nameOfModel(settingsOf({ ...defaults, code: 32 }, { preset: 'deep' }))).toBe('Deep, 32 numbers');
    expect(nameOfModel(withPreset(defaults, 'sparse-dictionary'))).toBe('Sparse dictionary, 20 of 512 numbers');
    expect(nameOfModel({ ...defaults, beta: 4 })).toBe('Variational, 2 numbers, β 4');
  });

  it('has a row of figures, its losses in the first one’s unit', () => {
    const point = { at: 9.5, loss: 0.125 };
    const row = {
      of: 1,
      settings: withPreset(defaults, 'simple'),
      opened: { parameters: 50_992 },
      progress: { epochs: 10.04, seconds: 3.21 },
      history: { epochs: [{ at: 2.5, loss: 0.5 }, point], steps: [{ at: 9.9, loss: 7 }], heldOut: [] },
      verdict: { at: 10, losses: { loss: 0.25 }, squaredError: 0.0123, probe: 0.5 },
      scale: 784,
    };
    const other = { ...row, progress: { epochs: 3.9 } };
    expect([commonEpochs([row, other]), commonEpochs([row])]).toEqual([3, 10]);
    expect(rowOf(row, 3)).toEqual([
      'Second: Simple, 32 numbers',
      ...['32', 'BCE', '50,992', '10.0', '3.2', '98.00', '392.0', '196.0', '0.0123', '50.0 %'],
    ]);
    // A model that came with the page, not judged yet.
    const bundled = { ...row, of: 0, settings: defaults, progress: { epochs: 60 }, verdict: undefined, scale: 1 };
    expect(rowOf(bundled, 2)).toEqual([
      'First: Variational, 2 numbers, β 1',
      ...['2', 'BCE + divergence', '50,992', '60.0', '–', '0.1250', '–', '–', '–', '–'],
    ]);
  });

  it('with another code, loss or normalisation says so, with both sides', () => {
    const plain = { ...defaults, codeKind: 'plain' } as const;
    expect(unlike(plain, plain)).toBe('');
    expect(unlike({ ...plain, code: 32 }, plain)).toBe('Its code has 32 numbers, the first one’s has 2 numbers.');
    expect(unlike({ ...plain, loss: 'mse' }, plain)).toBe(
      'It learns by MSE, the first one by BCE: the losses are of different kinds, the squared errors can be compared.',
    );
    expect(unlike({ ...plain, normalize: 'minMax' }, plain)).toMatch(
      /^Its values go in scaled to 0 … 1, the first one’s as they are/,
    );
    expect(unlike(plain, defaults)).toMatch(/^Only the first one’s loss has a divergence in it/);
  });

  it('converts means and sums of a second model to those of the first', () => {
    const plain = { ...defaults, codeKind: 'plain' } as const;
    const scale = (second: Settings, first: Settings) => scaleOf(second, first, { shape: [28, 28, 1] });
    expect(scale(plain, defaults)).toBe(784);
    expect(scale(defaults, plain)).toBe(1 / 784);
    // A Gaussian likelihood counts half of a squared error.
    expect(scale({ ...plain, loss: 'mse' }, defaults)).toBe(392);
    expect(scale({ ...defaults, loss: 'mse' }, defaults)).toBe(1);
  });
});
