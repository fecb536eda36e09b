/** Which models stand beside the first one, and what each of them is. */
import { presets, withPreset } from '../presets.ts';
import { beside, defaults, type Compared, type OwnSetting, type Settings } from '../settings.ts';

/** As many colours as can be told apart, and as many models as a GPU is shared by with patience. */
export const mostCompared = 4;

/** The models of a comparison, in their order. */
export const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'] as const;

/** Settings that all models of a comparison have in common, or that are no model's. */
const shared: readonly string[] = ['model', 'data', 'batch', 'seed', 'without', ...beside];

/** Settings in which a model may differ from its member of the family. */
export const own = (Object.keys(defaults) as OwnSetting[]).filter((name) => !shared.includes(name));

/** The settings of a model beside the first: it has the data, the seed and the batch of the first, and, if they are to be alike, its code size and loss. */
export function settingsOf(first: Settings, { preset, ...differing }: Compared): Settings {
  const made: Settings = { ...withPreset(first, preset), ...differing };
  if (!first.alike) return made;
  const code = hasNumbers(first) && hasNumbers(made) ? first.code : made.code;
  return { ...made, code, loss: first.loss, normalize: first.normalize };
}

/** Entries of a codebook, and a few of many numbers, have sizes of another meaning. */
const hasNumbers = ({ codeKind }: Settings): boolean => codeKind === 'plain' || codeKind === 'gaussian';

/** The first model, to be kept beside those that the visitor makes of it next. */
export function asCompared(settings: Settings): Compared {
  const made = withPreset(settings, settings.preset);
  const differing = own.filter((name) => String(settings[name]) !== String(made[name]));
  return { preset: settings.preset, ...Object.fromEntries(differing.map((name) => [name, settings[name]])) };
}

/** What a model is called: its member of the family with the size of its code, and the weight of its divergence. */
export function nameOfModel({ preset, code, codeKind, beta, samples }: Settings): string {
  const title = presets[preset].title.replace(/, \d+ numbers$/, `, ${code} numbers`);
  return `${title}${codeKind === 'gaussian' && samples === 1 ? `, β ${beta}` : ''}`;
}
