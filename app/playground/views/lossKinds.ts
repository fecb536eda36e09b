/** The texts of the loss panel for each kind of model. */
import { figure } from '../dom.ts';
import { numbersOf } from '../parts.ts';
import type { History, Verdict, Yardsticks } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { lossWords, partWords, termsOf, type LossPart } from './lossLines.ts';
import { fallen } from './lossTable.ts';

/** A reference value, drawn as a horizontal line with a name. */
export interface Reference {
  name: string;
  value: number;
}

/** The data for these texts. */
export interface Judged {
  settings: Settings;
  verdict: Verdict | undefined;
  yardsticks: Yardsticks | undefined;
}

export interface LossKind {
  /** The name of the loss at the head of a column. */
  name: string;
  references(judged: Judged): Reference[];
  /** Returns the figures on held-out examples, and their reference values. */
  figures(judged: Judged): Record<string, string>;
  /** Returns a sentence on the progress; undefined before the first step. */
  summary(history: History): string | undefined;
}

const inNats: readonly LossPart[] = ['kl', 'adversary', 'discriminator'];
const inUnits = (term: LossPart): string => (inNats.includes(term) ? `${partWords[term]}, nats` : partWords[term]);

/** Returns the value of a term as text; a count is a whole number. */
const valueOf = (term: LossPart, value: number | undefined): string =>
  term === 'dead' && value !== undefined ? value.toLocaleString('en') : figure(value);

const autoencoder: LossKind = {
  name: 'loss',

  /** Only values in the same unit can be lines in the same chart. */
  references({ settings, yardsticks }) {
    const { loss, codeKind, hidden, code, network, data, normalize } = settings;
    const numbers = numbersOf(settings);
    const { pca, floor } = yardsticks ?? {};
    // They are measured on original pixels.
    if (!yardsticks || codeKind === 'gaussian' || normalize !== 'none') return [];
    // The lowest value of these losses is 0, which a logarithmic axis cannot show.
    if (loss === 'mae' || loss === 'huber') return [];
    if (loss === 'mse') return !pca ? [] : [{ name: `PCA, ${numbers} numbers`, value: pca }];
    const tutorial = data === 'digits' && codeKind === 'plain' && !hidden.length && code === 32 && network === 'dense';
    return [
      ...(floor === undefined ? [] : [{ name: 'lowest possible', value: floor }]),
      ...(tutorial ? [{ name: 'Keras blog, 60,000 images', value: 0.09 }] : []),
    ];
  },

  figures({ settings, verdict, yardsticks }) {
    const { codeKind, loss, normalize } = settings;
    const gaussian = codeKind === 'gaussian';
    const terms = termsOf(settings);
    const { losses, probe, squaredError } = verdict ?? {};
    const { pca, mean, floor } = yardsticks ?? {};
    return {
      [`held out, ${gaussian ? 'nats' : lossWords[loss]}`]: figure(losses?.loss, 4),
      ...(terms.length ? { reconstruction: figure(losses?.reconstruction, 4) } : {}),
      ...Object.fromEntries(terms.map((term) => [inUnits(term), valueOf(term, losses?.[term])])),
      'squared error': figure(squaredError),
      ...(numbersOf(settings)
        ? { [codeKind === 'topK' ? `PCA of ${settings.active} numbers` : 'PCA of the same size']: figure(pca) }
        : {}),
      'the mean alone': figure(mean),
      ...(loss === 'bce' && !gaussian && normalize === 'none' ? { 'lowest possible': figure(floor) } : {}),
      'k-NN of the code': probe === undefined ? '–' : `${(100 * probe).toFixed(1)} %`,
    };
  },

  summary: (history) => fallen('The loss', history, 1),
};

/** The losses of a GAN need not fall. The reference is a discriminator that cannot distinguish the examples. */
const gan: LossKind = {
  name: 'generator',

  references: () => [{ name: 'cannot tell', value: Math.LN2 }],

  figures: ({ verdict }) => ({
    'generator, nats': figure(verdict?.losses.loss),
    'discriminator, held out': figure(verdict?.losses.discriminator),
    'where it cannot tell': figure(Math.LN2),
  }),

  summary({ epochs, steps }) {
    const last = epochs.at(-1) ?? steps.at(-1);
    if (!last) return undefined;
    const { at, loss, discriminator } = last;
    const other = discriminator === undefined ? '' : ` and the discriminator’s ${figure(discriminator)}`;
    return `After ${at.toFixed(1)} epochs the generator’s loss is ${figure(loss)}${other}.`;
  },
};

export const lossKinds: Record<Settings['model'], LossKind> = { autoencoder, gan };
