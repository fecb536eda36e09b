// The targets of the compiled kernels. A list has the kernels that miss a target, each with its present number, which
// may only improve.
import { budgetCard } from './cards.mjs';
import { estimate } from './model.mjs';
import { productPipelines } from './tables.mjs';
import { large, multipliesOf, ratioOf } from './works.mjs';

/** @typedef {import('./report.ts').Report} Report */
/** @typedef {import('./report.ts').StepRecord} StepRecord */
/** @typedef {import('./report.ts').DispatchRecord} DispatchRecord */

/** The targets, by the names in the list. */
export const targets = {
  'registers spilled': 0,
  'instructions a multiply-add': 1.3,
  'milliseconds to compile': 500,
  'dispatches too narrow at first': 0,
  'dispatches too narrow in every way': 0,
};
/** @typedef {keyof typeof targets} Kind */
/**
 * The numbers that miss their target, by kind and name.
 * @typedef {Partial<Record<Kind, Record<string, number>>>} Debts
 */

/**
 * A dispatch needs this many workgroups, unless its work takes less than this many microseconds on the budget's card.
 */
export const widest = { workgroups: 128, microseconds: 2 };

/** The models whose dispatches are counted. */
const modelNames = ['simple', 'deep', 'vae', 'hinton', 'conv'];

/**
 * Returns the present numbers of the kernels by kind and name, within the target or not.
 * @param {Report} report
 * @returns {Record<Kind, Record<string, number>>}
 */
export function measure(report) {
  return {
    'registers spilled': spills(report),
    'instructions a multiply-add': ratios(report),
    'milliseconds to compile': compileTimes(report),
    'dispatches too narrow at first': narrow(report, isNarrow),
    'dispatches too narrow in every way': narrow(report, isNarrowInEveryWay),
  };
}

/** Returns the most spills of each product by kernel and way, and of each other kernel. @param {Report} report */
function spills(report) {
  const products = [...productPipelines(report)].flatMap(([kernel, ways]) =>
    [...ways].map(([way, pipelines]) => [`${kernel} as ${way}`, Math.max(...pipelines.map(({ spills }) => spills))]),
  );
  const others = report.works
    .flatMap(({ dispatches }) => dispatches.filter(({ product }) => !product))
    .map(({ kernel, pipeline }) => [kernel, report.pipelines[pipeline].spills]);
  return Object.fromEntries([...products, ...others]);
}

/**
 * Returns for each kernel the ratio of its worst large product, each in its best way without spills.
 * @param {Report} report
 */
function ratios({ works, pipelines }) {
  /** @type {Record<string, number>} */
  const worst = {};
  for (const dispatch of works.flatMap(({ dispatches }) => dispatches)) {
    const { product } = dispatch;
    if (!product || multipliesOf(dispatch) < large) continue;
    const ways = [dispatch, ...product.others].map(({ pipeline }) => pipelines[pipeline]);
    const looping = ways.flatMap(({ spills, loop }) => (loop ? [{ spills, ratio: ratioOf(loop) }] : []));
    const clean = looping.filter(({ spills }) => !spills);
    const best = Math.min(...(clean.length ? clean : looping).map(({ ratio }) => ratio));
    if (looping.length) worst[product.kernel] = Math.max(worst[product.kernel] ?? 0, Number(best.toFixed(2)));
  }
  return worst;
}

/** Returns the slowest compilation of each shader. @param {Report} report */
function compileTimes({ pipelines }) {
  /** @type {Record<string, number>} */
  const slowest = {};
  for (const { label, compileMs } of pipelines) slowest[label] = Math.max(slowest[label] ?? 0, Math.round(compileMs));
  return slowest;
}

/**
 * Returns whether a dispatch leaves most of a GPU idle, although it has work.
 * @param {Report} report
 * @param {DispatchRecord} dispatch
 */
export const isNarrow = (report, dispatch) =>
  dispatch.workgroups < widest.workgroups && estimate(report, dispatch, budgetCard).all >= widest.microseconds;

/**
 * Returns whether a dispatch leaves most of a GPU idle in every way that the tuner may choose.
 * @param {Report} report
 * @param {StepRecord} dispatch
 */
export const isNarrowInEveryWay = (report, dispatch) =>
  [dispatch, ...(dispatch.product?.others ?? [])].every((way) => isNarrow(report, way));

/** @param {Report} report */
export const budgetModels = ({ works }) => works.filter(({ name }) => modelNames.includes(name));

/**
 * Returns for each model the number of dispatches for which `isSo` is true.
 * @param {Report} report
 * @param {typeof isNarrowInEveryWay} isSo
 */
function narrow(report, isSo) {
  return Object.fromEntries(
    budgetModels(report).map(({ name, dispatches }) => [name, dispatches.filter((each) => isSo(report, each)).length]),
  );
}

/**
 * Returns the numbers that miss their target.
 * @param {Record<Kind, Record<string, number>>} measured
 * @returns {Debts}
 */
export function debtsOf(measured) {
  /** @type {Debts} */
  const debts = {};
  for (const kind of /** @type {Kind[]} */ (Object.keys(targets))) {
    const past = Object.entries(measured[kind]).filter(([, value]) => value > targets[kind]);
    if (past.length) debts[kind] = Object.fromEntries(past);
  }
  return debts;
}

/**
 * Returns the changes against the list, a sentence for each: `worse` is a failure, `better` requires a lower number in
 * the list.
 * @param {Debts} listed
 * @param {Record<Kind, Record<string, number>>} measured
 * @returns {{ worse: string[], better: string[] }}
 */
export function compare(listed, measured) {
  /** @type {string[]} */
  const worse = [];
  /** @type {string[]} */
  const better = [];
  for (const kind of /** @type {Kind[]} */ (Object.keys(targets))) {
    const target = targets[kind];
    const names = new Set([...Object.keys(listed[kind] ?? {}), ...Object.keys(measured[kind])]);
    for (const name of names) {
      const [before, now] = [listed[kind]?.[name], measured[kind][name]];
      const what = `${name}: ${kind} ${before === undefined ? '' : `${before} in the list, `}${now ?? 'none'} now, ${target} at most in the end`;
      if (now > Math.max(target, before ?? target)) worse.push(what);
      else if (before !== undefined && !(now >= before)) better.push(what);
    }
  }
  return { worse, better };
}
