/** Readers of a model's settings from the text of a link or a field. */
import { presets } from './presets.ts';
import {
  activations,
  codeKinds,
  corruptions,
  judgeable,
  losses,
  models,
  networks,
  normalizations,
  optimizers,
  penalties,
  priors,
  type OwnSetting,
  type Settings,
} from './settings.ts';

/** Reads a setting from text; undefined if the text is not a valid value. */
type Reader<T> = (text: string) => T | undefined;

const choice =
  <T extends string>(values: readonly T[]): Reader<T> =>
  (text) =>
    values.find((value) => value === text);
const flag: Reader<boolean> = (text) => (text === 'true' ? true : text === 'false' ? false : undefined);
const number =
  (least: number, most: number, whole = false): Reader<number> =>
  (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    return value >= least && value <= most && (!whole || Number.isInteger(value)) ? value : undefined;
  };
const widths: Reader<number[]> = (text) => {
  const values = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(number(1, 2048, true));
  return values.length <= 6 && values.every((value) => value !== undefined) ? values : undefined;
};

export const readers: { [K in OwnSetting]: Reader<Settings[K]> } = {
  preset: choice(Object.keys(presets)),
  model: choice(models),
  data: choice(['digits', 'own']),
  network: choice(networks),
  hidden: widths,
  generator: widths,
  discriminator: widths,
  code: number(1, 1024, true),
  codeKind: choice(codeKinds),
  beta: number(0, 100),
  samples: number(1, 64, true),
  conditional: flag,
  entries: number(2, 1024, true),
  active: number(1, 1024, true),
  activation: choice(activations),
  loss: choice(losses),
  corruption: choice(corruptions),
  amount: number(0.01, 8),
  penalty: choice(penalties),
  weight: number(0, 100),
  prior: choice(priors),
  judged: choice(judgeable),
  normalize: choice(normalizations),
  tied: flag,
  pretrain: flag,
  optimizer: choice(optimizers),
  rate: number(1e-6, 1),
  discriminatorRate: number(1e-6, 1),
  batch: number(1, 4096, true),
  seed: number(0, 2 ** 32 - 1, true),
  without: number(-1, 1000, true),
  slow: flag,
  alike: flag,
  contamination: number(0.001, 0.2),
  strange: number(0, 1000, true),
};
