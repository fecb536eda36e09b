/** The lines of the loss chart, and the factors that make the losses of two models comparable. */
import { ordinals } from '../compare/choice.ts';
import { normalizingWords } from '../normalizing.ts';
import { featuresOf, type ExampleShape } from '../shapes.ts';
import type { History, lossTerms } from '../protocol.ts';
import type { Settings } from '../settings.ts';

/** A part of the loss, or the whole loss. */
export type LossPart = 'loss' | (typeof lossTerms)[number];

export interface Line {
  /** The name in the legend; a line without a name is not in the legend. */
  name?: string;
  /** The class of its mark in the legend. */
  className: string;
  /** The number of the model, 0 for the first one. */
  of: number;
  points: keyof History;
  part: LossPart;
  /** The axis: the left one, or a separate one on the right. */
  scale: 'y' | 'part';
  /** The name of the colour in the style sheet. */
  color: 'second' | 'muted' | (typeof colorsOfModels)[number];
  faint?: true;
  dash?: number[];
}

/**
 * The colour of each compared model in the style sheet. The second model has ink, the colour of Okabe and Ito's palette
 * that differs most from blue and vermilion, so that two models are easy to distinguish.
 */
export const colorsOfModels = ['accent', 'ink', 'third', 'fourth', 'fifth'] as const;

/** A further model in the chart of the first one. */
export interface Other {
  name: string;
  settings: Settings;
  history: History;
}

export const partWords: Record<LossPart, string> = {
  loss: 'all of it',
  reconstruction: 'reconstruction',
  kl: 'divergence',
  penalty: 'penalty',
  adversary: 'adversary',
  mmd: 'discrepancy (MMD²)',
  discriminator: 'discriminator',
  commitment: 'commitment',
  perplexity: 'perplexity',
  deadLatents: 'what dead latents miss',
  dead: 'dead in training',
};

/** The names of the losses. */
export const lossWords: Record<Settings['loss'], string> = {
  bce: 'BCE',
  mse: 'MSE',
  mae: 'MAE',
  huber: 'Huber',
};

const termsOfCode: Record<Settings['codeKind'], LossPart[]> = {
  plain: [],
  gaussian: ['kl'],
  vectorQuantizer: ['commitment', 'perplexity'],
  topK: ['deadLatents', 'dead'],
};

/**
 * Returns the terms that a model reports beside its reconstruction. The discriminator's loss is not a part of the
 * model's loss.
 */
export function termsOf({ codeKind, penalty }: Pick<Settings, 'codeKind' | 'penalty'>): LossPart[] {
  const ofCode = termsOfCode[codeKind];
  if (penalty === 'none') return ofCode;
  if (penalty === 'adversarial') return [...ofCode, 'adversary', 'discriminator'];
  return [...ofCode, penalty === 'mmd' ? 'mmd' : 'penalty'];
}

/** The terms that are reported before their weights, in units that do not depend on the reconstruction loss. */
const ofItsOwnUnit: readonly LossPart[] = [
  'adversary',
  'mmd',
  'discriminator',
  'commitment',
  'perplexity',
  'deadLatents',
  'dead',
];
/**
 * The terms that are shown as figures only. On the same axis as a count of entries or latents, they would be a line at
 * 0.
 */
const withoutLine: readonly LossPart[] = ['commitment', 'deadLatents'];

/** Returns the factor of a part if the loss has the factor `scale`. */
export const scaleOfPart = (part: LossPart, scale: number): number => (ofItsOwnUnit.includes(part) ? 1 : scale);

/**
 * Returns the lines of the chart. A single model shows all parts of its loss; several models show one part at a time,
 * since ten lines could not be distinguished.
 */
export function linesOf(first: Settings, others: readonly Settings[], part: LossPart): Line[] {
  if (!others.length)
    return first.model === 'gan' ? linesOfSides : [...linesOfOne(0, 'loss', ''), ...linesApart(first)];
  // The single steps of more than two models would hide the epochs.
  const steps = others.length === 1;
  return [first, ...others].flatMap((settings, of) =>
    partsOfLoss(settings).includes(part) ? linesOfOne(of, part, `${ordinals[of]} model, `, steps) : [],
  );
}

function linesOfOne(of: number, part: LossPart, whose: string, steps = true): Line[] {
  const color = colorsOfModels[of];
  // With at most one other model, each line of the first one has its own colour.
  const heldOut: Line['color'] = of === 0 && steps ? 'second' : color;
  const mark = whose ? `${color} ` : '';
  const lines: Line[] = [
    { name: `${whose}training`, className: mark.trim(), of, points: 'epochs', part, scale: 'y', color },
    {
      name: `${whose}held out`,
      className: `${heldOut === color ? mark : ''}held`,
      of,
      points: 'heldOut',
      part,
      scale: 'y',
      color: heldOut,
      dash: [6, 3],
    },
  ];
  // For single steps only the whole loss is known.
  if (part === 'loss' && steps)
    lines.unshift({ className: '', of, points: 'steps', part, scale: 'y', color, faint: true });
  return lines;
}

/** The lines of both sides of a GAN, in one unit. For single steps only the generator's loss is known. */
const linesOfSides: Line[] = [
  { className: '', of: 0, points: 'steps', part: 'loss', scale: 'y', color: 'accent', faint: true },
  { name: 'generator', className: '', of: 0, points: 'epochs', part: 'loss', scale: 'y', color: 'accent' },
  {
    name: 'discriminator',
    className: 'against',
    of: 0,
    points: 'epochs',
    part: 'discriminator',
    scale: 'y',
    color: 'second',
  },
  {
    name: 'discriminator, held out',
    className: 'held',
    of: 0,
    points: 'heldOut',
    part: 'discriminator',
    scale: 'y',
    color: 'second',
    dash: [6, 3],
  },
];

/** Returns the lines of a divergence or a penalty, which have an axis of their own, since their magnitude differs. */
function linesApart(settings: Settings): Line[] {
  const apart = { of: 0, points: 'epochs', scale: 'part', color: 'muted' } as const;
  const drawn = termsOf(settings).filter((part) => !withoutLine.includes(part));
  return drawn.map((part) => ({
    ...apart,
    name: `${partWords[part]}, right axis`,
    className: `apart ${part}`,
    part,
    dash: part === 'kl' ? [2, 3] : part === 'discriminator' ? undefined : [6, 3],
  }));
}

const partsOfLoss = (settings: Settings): LossPart[] => ['loss', 'reconstruction', ...termsOf(settings)];

/**
 * Returns the parts in which models can be compared. There is only the loss if every model has a reconstruction term
 * alone.
 */
export function partsToCompare(models: readonly Settings[]): LossPart[] {
  const any = [...new Set(models.flatMap(partsOfLoss))];
  return any.length > 2 ? any : ['loss'];
}

/** Returns the x and y of a line, without values that a logarithmic axis cannot show. */
export function valuesOf({ points, part }: Line, history: History, scale: number): [number[], (number | null)[]] {
  const values = history[points].map((point) => scaleOfPart(part, scale) * (point[part] ?? 0));
  return [
    history[points].map(({ at }) => at),
    values.map((value) => (value > 0 && Number.isFinite(value) ? value : null)),
  ];
}

/**
 * Returns the values after the first epoch, if there are later ones. The loss falls so fast in the first steps that
 * everything later would look flat.
 */
export function later([x, y]: [number[], (number | null)[]], { epochs }: History): (number | null)[] {
  const from = epochs.length > 2 ? epochs[0].at : 0;
  return y.filter((_, i) => x[i] >= from);
}

/** Returns a range that contains the visible values and the reference values. */
export function rangeOf(lines: (number | null)[][], references: number[]): [number, number] {
  const known = [...lines.flat(), ...references].filter((value): value is number => value !== null && value > 0);
  if (!known.length) return [0.1, 1];
  const [least, most] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  return [least * (least / most) ** 0.08 * 0.995, most * (most / least) ** 0.08 * 1.005];
}

/**
 * Returns the factor from a mean over the values of an example to the sum that a Gaussian code uses, in which a squared
 * error counts half.
 */
const timesMean = ({ loss }: Settings, { shape }: ExampleShape): number => featuresOf(shape) / (loss === 'mse' ? 2 : 1);

const isGaussian = ({ codeKind }: Settings): boolean => codeKind === 'gaussian';

/**
 * Returns the factor that converts another model's loss from a mean to a sum, or the reverse, as in the first model.
 */
export function scaleOf(second: Settings, first: Settings, examples: ExampleShape): number {
  if (isGaussian(second) === isGaussian(first)) return 1;
  return isGaussian(first) ? timesMean(second, examples) : 1 / timesMean(second, examples);
}

/** Returns a sentence on another model and the unit in which it is drawn. `of` is 1 for the second model. */
export function aboutOther({ name, settings }: Other, of: number, first: Settings, examples: ExampleShape): string {
  return `${capital(ordinals[of])} model: ${name}.${rescalingOf(settings, first, examples)}${cautionOf(settings, first)}`;
}

export const capital = (words: string): string => `${words[0].toUpperCase()}${words.slice(1)}`;

function rescalingOf(second: Settings, first: Settings, examples: ExampleShape): string {
  if (isGaussian(second) === isGaussian(first)) return '';
  const times = timesMean(second, examples);
  if (isGaussian(first))
    return ` Its loss, a mean over pixels, is multiplied by ${times} here: nats an image, as the first one’s.`;
  return ` Its loss, in nats an image, is divided by ${times} here: a mean over pixels, as the first one’s.`;
}

function codeInWords({ codeKind, code, entries, active }: Settings): string {
  if (codeKind === 'vectorQuantizer') return `entries of a codebook of ${entries}`;
  return codeKind === 'topK' ? `${active} of ${code} numbers` : `${code} numbers`;
}

/** Returns the differences of two models that make their figures hard to compare; empty if there are none. */
export function unlike(second: Settings, first: Settings): string {
  const sentences: string[] = [];
  const [code, otherCode] = [second, first].map(codeInWords);
  if (code !== otherCode) sentences.push(`Its code has ${code}, the first one’s has ${otherCode}.`);
  const losses =
    differenceOf(second, first) ??
    (isGaussian(second) !== isGaussian(first) &&
      `Only ${isGaussian(second) ? 'its' : 'the first one’s'} loss has a divergence in it`);
  if (losses) sentences.push(`${losses}: the losses are of different kinds, the squared errors can be compared.`);
  return sentences.join(' ');
}

function cautionOf(second: Settings, first: Settings): string {
  const difference = differenceOf(second, first);
  return difference ? ` ${difference}: compare how the lines fall, not how high they lie.` : '';
}

/** Returns how the losses or the normalisations of two models differ; undefined if they do not. */
function differenceOf(second: Settings, first: Settings): string | undefined {
  if (second.loss !== first.loss)
    return `It learns by ${lossWords[second.loss]}, the first one by ${lossWords[first.loss]}`;
  const [own, other] = [second.normalize, first.normalize];
  return own === other
    ? undefined
    : `Its values go in ${normalizingWords[own]}, the first one’s ${normalizingWords[other]}`;
}
