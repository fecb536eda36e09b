import { table } from '../bench/tables.mjs';
import { cards } from './cards.mjs';
import { estimate, stepTime } from './model.mjs';
import { ratioOf } from './works.mjs';

/** @typedef {import('./report.ts').Report} Report */
/** @typedef {import('./report.ts').StepRecord} StepRecord */
/** @typedef {import('./report.ts').WorkRecord} WorkRecord */
/** @typedef {import('./report.ts').PipelineRecord} PipelineRecord */

const shown = (/** @type {number | undefined} */ value) => (value === undefined ? '–' : `${value}`);
const microseconds = (/** @type {number} */ value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

/** Returns the name of a way without the usual size of workgroups. @param {string} way */
const wayName = (way) => way.replace(/ by 64$/, '');

/** Returns the figures of a pipeline, in the order of `pipelineHead`. @param {PipelineRecord} pipeline */
const pipelineCells = ({ crashed, registers, spills, waves, workgroupMemory, loop, compileMs }) => [
  crashed ? 'crashes' : shown(registers),
  `${spills}`,
  shown(waves),
  shown(workgroupMemory),
  loop ? ratioOf(loop).toFixed(2) : '–',
  compileMs.toFixed(0),
];
const pipelineHead = [
  'registers',
  'spills',
  'waves',
  'workgroup memory',
  'instructions a multiply-add',
  'ms to compile',
];

/**
 * Returns a table of the dispatches of a work, in order.
 * @param {Report} report
 * @param {WorkRecord} work
 * @param {{ ways?: boolean }} [options]
 */
export function dispatchTable({ pipelines }, { dispatches }, { ways = false } = {}) {
  const rows = dispatches.flatMap(({ kernel, pipeline, workgroups, product }) => [
    [kernel, product?.problem ?? '', `${workgroups}`, ...pipelineCells(pipelines[pipeline])],
    ...(ways ? (product?.others ?? []) : []).map((other) => [
      `  or ${wayName(other.way)}`,
      '',
      `${other.workgroups}`,
      ...pipelineCells(pipelines[other.pipeline]),
    ]),
  ]);
  return table(['kernel', 'sizes', 'workgroups', ...pipelineHead], rows);
}

/**
 * Returns the pipelines of each product, by kernel and way.
 * @param {Report} report
 * @returns {Map<string, Map<string, PipelineRecord[]>>}
 */
export function productPipelines({ pipelines, works }) {
  /** @type {Map<string, Map<string, PipelineRecord[]>>} */
  const kernels = new Map();
  for (const { product, pipeline } of works.flatMap(({ dispatches }) => dispatches)) {
    if (!product) continue;
    const ways = kernels.get(product.kernel) ?? new Map();
    kernels.set(product.kernel, ways);
    for (const each of [{ way: product.way, pipeline }, ...product.others]) {
      const found = new Set(ways.get(each.way)).add(pipelines[each.pipeline]);
      ways.set(each.way, [...found]);
    }
  }
  return kernels;
}

/**
 * Returns the smallest and the largest value as a text.
 * @param {readonly number[]} values
 * @param {(value: number) => string} words
 */
function range(values, words) {
  if (!values.length) return '–';
  const [least, most] = [words(Math.min(...values)), words(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}

/**
 * Returns a table of products by kernel and way, with the smallest and largest figures of their pipelines.
 * @param {Report} report
 * @param {{ times?: boolean }} [options]
 */
export function wayTable(report, { times = true } = {}) {
  const whole = (/** @type {number} */ value) => `${value}`;
  const rows = [...productPipelines(report)].flatMap(([kernel, ways]) =>
    [...ways].map(([way, pipelines]) => [
      kernel,
      wayName(way),
      range(
        pipelines.flatMap(({ registers }) => registers ?? []),
        whole,
      ),
      range(
        pipelines.map(({ spills }) => spills),
        whole,
      ),
      range(
        pipelines.flatMap(({ waves }) => waves ?? []),
        whole,
      ),
      range(
        pipelines.flatMap(({ workgroupMemory }) => workgroupMemory ?? []),
        whole,
      ),
      range(
        pipelines.flatMap(({ loop }) => (loop ? [ratioOf(loop)] : [])),
        (ratio) => ratio.toFixed(2),
      ),
      ...(times
        ? [
            range(
              pipelines.map(({ compileMs }) => compileMs),
              (ms) => ms.toFixed(0),
            ),
          ]
        : []),
    ]),
  );
  return table(['kernel', 'way', ...(times ? pipelineHead : pipelineHead.slice(0, -1))], rows);
}

/** Returns a table of all other kernels. @param {Report} report */
export function otherTable({ pipelines, works }) {
  const others = works.flatMap(({ dispatches }) => dispatches.filter(({ product }) => !product));
  const found = new Map(others.map(({ kernel, pipeline }) => [kernel, pipelines[pipeline]]));
  const rows = [...found].map(([kernel, pipeline]) => [kernel, ...pipelineCells(pipeline).filter((_, i) => i < 4)]);
  return table(['kernel', ...pipelineHead.slice(0, 4)], rows);
}

/**
 * Returns a table of the estimated time of each dispatch of a work.
 * @param {Report} report
 * @param {WorkRecord} work
 * @param {{ ways?: boolean }} [options]
 */
export function modelTable(report, { dispatches }, { ways = false } = {}) {
  const cells = (/** @type {import('./report.ts').DispatchRecord} */ dispatch) => [
    `${dispatch.workgroups}`,
    ...cards.map((card) => {
      const { all, ...parts } = estimate(report, dispatch, card);
      const [[bound]] = Object.entries(parts).sort(([, a], [, b]) => b - a);
      return `${microseconds(card.launchUs + all)} ${bound}`;
    }),
  ];
  const rows = dispatches.flatMap((dispatch) => [
    [`${dispatch.kernel}${dispatch.product ? `, ${dispatch.product.problem}` : ''}`, ...cells(dispatch)],
    ...(ways ? (dispatch.product?.others ?? []) : []).map((other) => [`  or ${wayName(other.way)}`, ...cells(other)]),
  ]);
  const total = cards.map((card) => microseconds(stepTime(report, dispatches, card)));
  return table(['kernel', 'workgroups', ...cards.map(({ name }) => name)], [...rows, ['all', '', ...total]]);
}

/** Returns a table of the estimated time of a step of each model. @param {Report} report */
export function stepTable(report) {
  const models = report.works.filter(({ kind }) => kind === 'model');
  const rows = models.map(({ name, dispatches }) => [
    name,
    `${dispatches.length}`,
    `${dispatches.filter(({ workgroups }) => workgroups < 128).length}`,
    ...cards.map((card) => microseconds(stepTime(report, dispatches, card))),
  ]);
  return table(
    ['model', 'dispatches', 'of fewer than 128 workgroups', ...cards.map(({ name }) => `${name}, µs`)],
    rows,
  );
}

/**
 * Returns a table of our products and those of another library, with a row for each dispatch.
 * @param {Report} report
 * @param {import('./report.ts').PeerReport} peer
 */
export function peerTable({ works, pipelines }, peer) {
  const rows = peer.works.flatMap(({ name, dispatches }) => {
    const own = works.find((work) => work.name === name)?.dispatches ?? [];
    return [
      ...own.map(({ pipeline, workgroups }) => ({ library: 'latentgpu', pipeline: pipelines[pipeline], workgroups })),
      ...dispatches.map(({ pipeline, workgroups }) => ({
        library: peer.name,
        pipeline: peer.pipelines[pipeline],
        workgroups,
      })),
    ].map(({ library, pipeline, workgroups }) => [
      name,
      library,
      `${workgroups}`,
      ...pipelineCells(pipeline).slice(0, -1),
    ]);
  });
  return table(['product', 'library', 'workgroups', ...pipelineHead.slice(0, -1)], rows);
}
