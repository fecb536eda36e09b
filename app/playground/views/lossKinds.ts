/** What the loss panel says of a model alone, by its kind. */
import { figure } from '../dom.ts';
import { numbersOf } from '../parts.ts';
import { normalizingOf, type ExampleShape } from '../shapes.ts';
import type { History, Verdict, Yardsticks } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { lossWords, partWords, termsOf, type LossPart } from './lossLines.ts';
import { fallen } from './lossTable.ts';

/** A horizontal line with a name: what the loss is compared with. */
export interface Reference {
  name: string;
  value: number;
}

/** All there is to say it from. */
export interface Judged {
  settings: Settings;
  examples: ExampleShape;
  verdict: Verdict | undefined;
  yardsticks: Yardsticks | undefined;
}

export interface LossKind {
  /** what its loss is called at the head of a column */
  name: string;
  references(judged: Judged): Reference[];
  /** on examples held out, and what they are compared with */
  figures(judged: Judged): Record<string, string>;
  /** how far it has come, in a sentence; undefined before the first step */
  told(history: History): string | undefined;
}

const inNats: readonly LossPart[] = ['kl', 'adversary', 'discriminator'];
const inUnits = (term: LossPart): string => (inNats.includes(term) ? `${partWords[term]}, nats` : partWords[term]);

/** A count is a whole number. */
const valueOf = (term: LossPart, value: number | undefined): string =>
  term === 'dead' && value !== undefined ? value.toLocaleString('en') : figure(value);

const autoencoder: LossKind = {
  name: 'loss',

  /** Only what is measured in the same unit can be a line in the same chart. */
  references({ settings, examples, yardsticks }) {
    const { loss, codeKind, hidden, code, network, data } = settings;
    const numbers = numbersOf(settings);
    const { pca, floor } = yardsticks ?? {};
    // Squared errors are those of pixels as they are and of standardized columns.
    const measured = loss === 'mse' && examples.kind === 'table' ? 'standardize' : 'none';
    if (!yardsticks || codeKind === 'gaussian' || normalizingOf(settings, examples.kind) !== measured) return [];
    // No error at all has no place on a logarithmic axis.
    if (loss === 'mae' || loss === 'huber') return [];
    if (loss === 'mse') return !pca ? [] : [{ name: `PCA, ${numbers} numbers`, value: pca }];
    const tutorial = data === 'digits' && codeKind === 'plain' && !hidden.length && code === 32 && network === 'dense';
    return [
      ...(floor === undefined ? [] : [{ name: 'lowest possible', value: floor }]),
      ...(tutorial ? [{ name: 'Keras blog, 60,000 images', value: 0.09 }] : []),
    ];
  },

  figures({ settings, examples, verdict, yardsticks }) {
    const { codeKind, loss } = settings;
    const gaussian = codeKind === 'gaussian';
    const terms = termsOf(settings);
    const { losses, probe, squaredError } = verdict ?? {};
    const { pca, mean, floor } = yardsticks ?? {};
    const asTheyAre = examples.kind === 'image' && normalizingOf(settings, examples.kind) === 'none';
    return {
      [`held out, ${gaussian ? 'nats' : lossWords[loss]}`]: figure(losses?.loss, 4),
      ...(terms.length ? { reconstruction: figure(losses?.reconstruction, 4) } : {}),
      ...Object.fromEntries(terms.map((term) => [inUnits(term), valueOf(term, losses?.[term])])),
      'squared error': figure(squaredError),
      ...(numbersOf(settings)
        ? { [codeKind === 'topK' ? `PCA of ${settings.active} numbers` : 'PCA of the same size']: figure(pca) }
        : {}),
      'the mean alone': figure(mean),
      ...(loss === 'bce' && !gaussian && asTheyAre ? { 'lowest possible': figure(floor) } : {}),
      'k-NN of the code': probe === undefined ? '–' : `${(100 * probe).toFixed(1)} %`,
    };
  },

  told: (history) => fallen('The loss', history, 1),
};

/** Neither side's loss has to fall: what they are compared with is a discriminator that cannot tell. */
const gan: LossKind = {
  name: 'generator',

  references: () => [{ name: 'cannot tell', value: Math.LN2 }],

  figures: ({ verdict }) => ({
    'generator, nats': figure(verdict?.losses.loss),
    'discriminator, held out': figure(verdict?.losses.discriminator),
    'where it cannot tell': figure(Math.LN2),
  }),

  told({ epochs, steps }) {
    const last = epochs.at(-1) ?? steps.at(-1);
    if (!last) return undefined;
    const { at, loss, discriminator } = last;
    const other = discriminator === undefined ? '' : ` and the discriminator’s ${figure(discriminator)}`;
    return `After ${at.toFixed(1)} epochs the generator’s loss is ${figure(loss)}${other}.`;
  },
};

export const lossKinds: Record<Settings['model'], LossKind> = { autoencoder, gan };
