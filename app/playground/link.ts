/** Writes and reads the settings as the part of a link after the `#`. */
import { mostCompared } from './compare/choice.ts';
import { fromFormer, fromText, toText } from './compare/link.ts';
import { readers } from './readers.ts';
import { defaults, type OwnSetting, type Settings } from './settings.ts';

/** Settings of older links, with those that replace them. */
const former: Record<string, [name: keyof Settings, text: string]> = {
  'gaussian=true': ['codeKind', 'gaussian'],
  'gaussian=false': ['codeKind', 'plain'],
  'normalize=auto': ['normalize', 'none'],
};

/** Returns the settings that differ from the defaults, and every model beside the first. */
export function toHash({ compared, ...settings }: Settings): string {
  const different = Object.entries(settings).filter(
    ([name, value]) => String(value) !== String(defaults[name as OwnSetting]),
  );
  return new URLSearchParams([
    ...different.map(([name, value]) => [name, String(value)]),
    ...compared.map((model) => ['compared', toText(model)]),
  ]).toString();
}

/** Reads the settings from a link, and returns the parts that it could not read. */
export function fromHash(hash: string): { settings: Settings; unknown: string[] } {
  const settings: Settings = { ...defaults, compared: [] };
  const unknown: string[] = [];
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  for (const [given, value] of parameters) {
    const [name, text] = former[`${given}=${value}`] ?? [given, value];
    if (!(isModel(name) ? addModel : readSetting)(settings, name, text, parameters)) unknown.push(`${name}=${text}`);
  }
  return { settings, unknown };
}

/** Assigns a setting; returns false if it cannot be read. */
function readSetting(settings: Settings, name: string, text: string): boolean {
  const read = Object.hasOwn(readers, name) ? readers[name as keyof typeof readers](text) : undefined;
  if (read === undefined) return false;
  Object.assign(settings, { [name]: read });
  return true;
}

const isModel = (name: string): boolean => ['compared', 'second', 'secondBeta'].includes(name);

/** Adds a model beside the first; returns false if it cannot be read, or if there are enough. */
function addModel(settings: Settings, name: string, text: string, parameters: URLSearchParams): boolean {
  if (name === 'secondBeta') return parameters.has('second') && readers.beta(text) !== undefined;
  if (name === 'second' && text === 'none') return true;
  const model = name === 'second' ? fromFormer(text, parameters.get('secondBeta') ?? undefined) : fromText(text);
  if (!model || settings.compared.length === mostCompared) return false;
  settings.compared.push(model);
  if (name === 'second') settings.alike = false;
  return true;
}
