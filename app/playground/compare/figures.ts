/** The table of figures of the compared models. */
import { figure, h, tableOf } from '../dom.ts';
import type { History, Opened, Progress, Verdict } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { capital, colorsOfModels, lossWords } from '../views/lossLines.ts';
import { nameOfModel, ordinals } from './choice.ts';

/** One of the models with its progress. */
export interface Standing {
  /** The number of the model, 0 for the first one. */
  of: number;
  settings: Settings;
  opened: Pick<Opened, 'parameters'>;
  progress: Pick<Progress, 'epochs' | 'seconds'>;
  history: History;
  /** The latest verdict; undefined before the first one. */
  verdict: Verdict | undefined;
  /** The factor that converts its losses to the unit of the first model. */
  scale: number;
}

const headFor = (epochs: number): string[] => [
  'model',
  'code',
  'learns by',
  'parameters',
  'epochs',
  'seconds',
  'training loss',
  `after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
  'loss, held out',
  'squared error',
  'k-NN',
];

/** Returns the number of whole epochs that all models have finished, at which their losses can be compared. */
export const commonEpochs = (models: readonly Pick<Standing, 'progress'>[]): number =>
  Math.floor(Math.min(...models.map(({ progress }) => progress.epochs)));

/**
 * Returns the cells of a model's row, beginning with its name. `common` is the number of epochs that all models have
 * finished.
 */
export function rowOf({ of, settings, opened, progress, history, verdict, scale }: Standing, common: number): string[] {
  const last = history.epochs.at(-1) ?? history.steps.at(-1);
  // The mean loss of an epoch is stored at the middle of the epoch.
  const then = history.epochs.findLast(({ at }) => at <= common);
  const { probe, losses, squaredError } = verdict ?? {};
  return [
    `${capital(ordinals[of])}: ${nameOfModel(settings)}`,
    codeOf(settings),
    `${lossWords[settings.loss]}${settings.codeKind === 'gaussian' ? ' + divergence' : ''}`,
    opened.parameters.toLocaleString('en'),
    progress.epochs.toFixed(1),
    progress.seconds === undefined ? '–' : progress.seconds.toFixed(1),
    figure(last && scale * last.loss, 4),
    figure(then && scale * then.loss, 4),
    figure(losses && scale * losses.loss, 4),
    figure(squaredError),
    probe === undefined ? '–' : `${(100 * probe).toFixed(1)} %`,
  ];
}

function codeOf({ codeKind, code, entries, active }: Settings): string {
  if (codeKind === 'vectorQuantizer') return `${entries} entries`;
  return codeKind === 'topK' ? `${active} of ${code}` : `${code}`;
}

/** Returns a table with a row for each model, with the mark of its lines in the chart. */
export function figuresTable(models: readonly Standing[]): HTMLTableElement {
  const common = commonEpochs(models);
  const table = tableOf(
    headFor(common),
    models.map((model) => rowOf(model, common)),
  );
  table.querySelectorAll('tbody th').forEach((cell, i) => {
    cell.prepend(h('i', { className: `mark ${colorsOfModels[models[i].of]}` }));
  });
  return table;
}
