/** The settings and names of the models beside the first one. */
import { presets, withPreset } from '../presets.ts';
import { beside, defaults, type Compared, type OwnSetting, type Settings } from '../settings.ts';

/**
 * The most models beside the first one. More could not be distinguished by colour, and would train too slowly on one
 * GPU.
 */
export const mostCompared = 4;

/** The models of a comparison, in their order. */
export const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'] as const;

/** Settings that all models of a comparison share, or that do not belong to a model. */
const shared: readonly string[] = ['model', 'data', 'batch', 'seed', 'without', ...beside];

/** Settings in which a model may differ from its preset. */
export const own = (Object.keys(defaults) as OwnSetting[]).filter((name) => !shared.includes(name));

/**
 * Returns the settings of a further model. It has the data, the seed and the batch size of the first one, and with
 * `alike` also its code size and loss.
 */
export function settingsOf(first: Settings, { preset, ...differing }: Compared): Settings {
  const made: Settings = { ...withPreset(first, preset), ...differing };
  if (!first.alike) return made;
  const code = hasNumbers(first) && hasNumbers(made) ? first.code : made.code;
  return { ...made, code, loss: first.loss, normalize: first.normalize };
}

/** Returns whether the code size is a number of values; for quantised and sparse codes it means something else. */
const hasNumbers = ({ codeKind }: Settings): boolean => codeKind === 'plain' || codeKind === 'gaussian';

/** Returns the settings of the first model as those of a further one, so that it can be kept in the comparison. */
export function asCompared(settings: Settings): Compared {
  const made = withPreset(settings, settings.preset);
  const differing = own.filter((name) => String(settings[name]) !== String(made[name]));
  return { preset: settings.preset, ...Object.fromEntries(differing.map((name) => [name, settings[name]])) };
}

/** Returns the name of a model: its preset with the code size and the weight of the divergence. */
export function nameOfModel({ preset, code, codeKind, beta, samples }: Settings): string {
  const title = presets[preset].title.replace(/, \d+ numbers$/, `, ${code} numbers`);
  return `${title}${codeKind === 'gaussian' && samples === 1 ? `, β ${beta}` : ''}`;
}
