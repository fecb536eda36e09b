import { byId, h, writeText } from '../dom.ts';
import { normalizingSentences, normalizingWords, whyNot } from '../normalizing.ts';
import { readers } from '../readers.ts';
import { tellable } from '../shapes.ts';
import { presets, suits, withCodeKind, withPreset } from '../presets.ts';
import type { Opened } from '../protocol.ts';
import {
  activations,
  codeKinds,
  corruptions,
  judgeable,
  losses,
  normalizations,
  optimizers,
  penalties,
  priors,
  type OwnSetting,
  type Settings,
} from '../settings.ts';
import { lossWords } from './lossLines.ts';

const words: Record<string, string> = {
  plain: 'numbers', gaussian: 'Gaussian', vectorQuantizer: 'codebook', topK: 'k largest', none: 'none', gaussianNoise: 'Gaussian noise', maskNoise: 'masking', saltAndPepper: 'salt and pepper', downsample: 'lower resolution', shuffleTiles: 'shuffled tiles',
  contractive: 'contractive', stochasticContractive: 'stochastic contractive', sparsity: 'sparsity', weightDecay: 'weight decay',
  adversarial: 'adversarial', mmd: 'MMD', normal: 'normal', uniform: 'uniform, −1 … 1', code: 'the code', output: 'the output',
  ...lossWords, adam: 'Adam', adamw: 'AdamW', adagrad: 'AdaGrad', sgd: 'SGD',
  minMax: normalizingWords.minMax, standardize: normalizingWords.standardize,
}; // prettier-ignore

/**
 * The form with all settings of a model. It marks values that cannot be read, and explains values that do not fit
 * together; in both cases the settings stay the same.
 */
export class Choices {
  readonly #form = byId<HTMLFormElement>('choices');
  #settings: Settings;

  constructor(settings: Settings, onChange: (settings: Settings) => void) {
    this.#settings = settings;
    const lists = {
      activation: activations,
      codeKind: codeKinds,
      corruption: corruptions,
      penalty: penalties,
      optimizer: optimizers,
      loss: losses,
      prior: priors,
      judged: judgeable,
      normalize: normalizations,
    };
    for (const [name, values] of Object.entries(lists))
      this.#field(name).append(...values.map((value) => h('option', { value }, words[value] ?? value)));
    this.#field('preset').append(...Object.entries(presets).map(([value, { title }]) => h('option', { value }, title)));
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('change', (event) => {
      const field = event.target as HTMLInputElement;
      const next = this.#changed(field);
      field.setAttribute('aria-invalid', String(!next));
      const unfit = next && whyNot(next);
      writeText(byId('refused'), unfit ? `Not changed: ${unfit}` : '');
      if (unfit) this.write(this.#settings);
      else if (next) onChange(next);
      else field.title = 'This value is not valid; the previous one is still used.';
    });
    this.write(settings);
  }

  write(settings: Settings): void {
    this.#settings = settings;
    for (const name of Object.keys(readers) as OwnSetting[]) {
      const field = this.#form.elements.namedItem(name);
      if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = Boolean(settings[name]);
      else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement)
        field.value = Array.isArray(settings[name]) ? settings[name].join(', ') : String(settings[name]);
      if (field instanceof HTMLElement) field.removeAttribute('aria-invalid');
    }
    writeText(byId('about'), presets[settings.preset].about);
    const needed: Record<string, boolean> = {
      beta: settings.codeKind === 'gaussian' && settings.samples === 1,
      gaussian: settings.codeKind === 'gaussian',
      vectorQuantizer: settings.codeKind === 'vectorQuantizer',
      topK: settings.codeKind === 'topK',
      corruption: settings.corruption !== 'none' || settings.penalty === 'stochasticContractive',
      penalty: settings.penalty !== 'none',
      prior: settings.penalty === 'adversarial' || settings.penalty === 'mmd',
      judged: settings.penalty === 'adversarial',
    };
    // Their space is kept, so that nothing moves.
    for (const label of this.#form.querySelectorAll<HTMLElement>('[data-for]'))
      label.style.visibility = needed[label.dataset.for!] ? 'visible' : 'hidden';
  }

  /** Shows the model of the settings: the widths of all layers as a picture and in words, and the normalisation. */
  open({ widths, parameters, codeSize, normalizing, data }: Opened): void {
    for (const option of this.#field('preset').options) option.disabled = !suits(option.value, data.classes);
    this.#field('conditional').disabled = !tellable(data.classes);
    writeText(byId('refused'), '');
    writeText(byId('normalizing'), normalizingSentences[normalizing]);
    const bar = (width: number) => {
      const height = 8 + (92 * Math.log(width)) / Math.log(Math.max(...widths, 2));
      return h('i', { style: `height:${height.toFixed(1)}%`, className: width === codeSize ? 'code' : '' });
    };
    byId('hourglass').replaceChildren(...widths.map(bar));
    writeText(byId('shape-caption'), `${widths.join(' – ')}: ${parameters.toLocaleString('en')} weights`);
  }

  #changed(field: HTMLInputElement | HTMLSelectElement): Settings | undefined {
    const name = field.name as OwnSetting;
    if (name === 'preset') return withPreset(this.#settings, field.value);
    const value = readers[name]?.(
      field instanceof HTMLInputElement && field.type === 'checkbox' ? String(field.checked) : field.value,
    );
    if (name === 'codeKind' && value !== undefined) return withCodeKind(this.#settings, value as Settings['codeKind']);
    return value === undefined ? undefined : { ...this.#settings, [name]: value };
  }

  #field(name: string): HTMLSelectElement {
    return this.#form.elements.namedItem(name) as HTMLSelectElement;
  }
}
