// What the compiled kernels have to keep to. What they do not keep to yet stands in a list of its own, with the number it has come to, from which it may
// only become better.
import { budgetCard } from './cards.mjs';
import { estimate } from './model.mjs';
import { productPipelines } from './tables.mjs';
import { large, multipliesOf, ratioOf } from './works.mjs';

/** @typedef {import('./report.ts').Report} Report */
/** @typedef {import('./report.ts').StepRecord} StepRecord */
/** @typedef {import('./report.ts').DispatchRecord} DispatchRecord */

/** What has to hold, by the words of the list. */
export const targets = {
  'registers spilled': 0,
  'instructions a multiply-add': 1.3,
  'milliseconds to compile': 500,
  'dispatches too narrow at first': 0,
  'dispatches too narrow in every way': 0,
};
/** @typedef {keyof typeof targets} Kind */
/** What does not keep to its target, by kind and name. @typedef {Partial<Record<Kind, Record<string, number>>>} Debts */

/** A dispatch has so many workgroups, or less work than so many microseconds on the budget's card. */
export const widest = { workgroups: 128, microseconds: 2 };

/** The models whose dispatches are counted. */
const modelNames = ['simple', 'deep', 'vae', 'hinton', 'conv'];

/** What the kernels have come to, by kind and name: whether that is within the target or not. @param {Report} report @returns {Record<Kind, Record<string, number>>} */
export function measure(report) {
  return {
    'registers spilled': spills(report),
    'instructions a multiply-add': ratios(report),
    'milliseconds to compile': compileTimes(report),
    'dispatches too narrow at first': narrow(report, isNarrow),
    'dispatches too narrow in every way': narrow(report, isNarrowInEveryWay),
  };
}

/** Of each product by kernel and way, and of each other kernel, the most. @param {Report} report */
function spills(report) {
  const products = [...productPipelines(report)].flatMap(([kernel, ways]) =>
    [...ways].map(([way, pipelines]) => [`${kernel} as ${way}`, Math.max(...pipelines.map(({ spills }) => spills))]),
  );
  const others = report.works
    .flatMap(({ dispatches }) => dispatches.filter(({ product }) => !product))
    .map(({ kernel, pipeline }) => [kernel, report.pipelines[pipeline].spills]);
  return Object.fromEntries([...products, ...others]);
}

/** By kernel, of its worst large product: the best way without spills. @param {Report} report */
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

/** Of each shader, the slowest. @param {Report} report */
function compileTimes({ pipelines }) {
  /** @type {Record<string, number>} */
  const slowest = {};
  for (const { label, compileMs } of pipelines) slowest[label] = Math.max(slowest[label] ?? 0, Math.round(compileMs));
  return slowest;
}

/** Whether a dispatch leaves most of a GPU idle, though it has work. @param {Report} report @param {DispatchRecord} dispatch */
export const isNarrow = (report, dispatch) =>
  dispatch.workgroups < widest.workgroups && estimate(report, dispatch, budgetCard).all >= widest.microseconds;

/** Whether it does so however the tuner decides. @param {Report} report @param {StepRecord} dispatch */
export const isNarrowInEveryWay = (report, dispatch) =>
  [dispatch, ...(dispatch.product?.others ?? [])].every((way) => isNarrow(report, way));

/** @param {Report} report */
export const budgetModels = ({ works }) => works.filter(({ name }) => modelNames.includes(name));

/** How many dispatches of each model are so. @param {Report} report @param {typeof isNarrowInEveryWay} isSo */
function narrow(report, isSo) {
  return Object.fromEntries(
    budgetModels(report).map(({ name, dispatches }) => [name, dispatches.filter((each) => isSo(report, each)).length]),
  );
}

/** What is past its target. @param {Record<Kind, Record<string, number>>} measured @returns {Debts} */
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
 * What has changed against the list, a sentence each: `worse` is a failure, `better` asks for a lower number in the list.
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
