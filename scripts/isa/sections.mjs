import { table } from '../bench/tables.mjs';
import { budgetModels, isNarrow, isNarrowInEveryWay, targets, widest } from './budget.mjs';
import { budgetCard, cards } from './cards.mjs';
import { modelTable, otherTable, peerTable, stepTable, wayTable } from './tables.mjs';

/** @typedef {import('./report.ts').Report} Report */
/** @typedef {import('./report.ts').PeerReport} PeerReport */
/** @typedef {import('./budget.mjs').Debts} Debts */

/** @param {Report} report */
const tables = (report) => `${wayTable(report, { times: false })}

All other kernels:

${otherTable(report)}`;

/** Returns AMD's section, with the budget and the estimates. @param {Report} report @param {Debts} debts */
export function budgetSection(report, debts) {
  const { driver, card, pipelines, works } = report;
  const simple = works.find(({ name }) => name === 'simple');
  return `## ${card}

The ${pipelines.length} pipelines of the benchmark's models and products, each product in every way that the tuner may choose on a GPU, by ${driver}.
\`npm run isa\` prints them dispatch by dispatch, with the time that each takes to compile.

${tables(report)}

## Budget

What the kernels compiled for this card have to keep to. \`test/node/isa.long.test.ts\` fails where a number becomes worse.

- No kernel spills a register, in any way that a GPU's list contains.
- A product of at least 2²⁴ multiply-adds has a way with at most ${targets['instructions a multiply-add']} vector instructions for each of them.
- No pipeline takes more than ${targets['milliseconds to compile']} ms of a processor to compile.
- A dispatch of ${budgetModels(report)
    .map(({ name }) => name)
    .join(
      ', ',
    )} has at least ${widest.workgroups} workgroups, or less work than ${widest.microseconds} µs on the ${budgetCard.name} by the estimate below:
  in the way in which it begins, and at the least in one that the tuner may choose.

${debtTable(debts)}

${narrowTable(report)}

## Estimates

A dispatch is expected to take the longest of three times: that of its chain, in which the longest invocation waits for a cache each time around its loop; that
of its bytes, over the memory's bandwidth; that of its arithmetic, over the peak of all vector units, by the instructions that AMD's compiler needs for a
multiply-add. Before it lies the launch, of which vendors publish nothing; assumed are ${cards
    .map(({ name, launchUs }) => `${launchUs} µs (${name})`)
    .join(', ')}.
The published figures and their sources are in [scripts/isa/cards.mjs](../scripts/isa/cards.mjs). Expect a factor of two.

A step in training:

${stepTable(report)}
${simple ? `\nThe dispatches of 784-32-784 with a batch of 256, in µs with their launches, and what binds each:\n\n${modelTable(report, simple)}\n` : ''}`;
}

/**
 * Returns the section of another compiler.
 * @param {Report} report
 * @param {readonly string[]} only what was asked for
 */
export function compilerSection(report, only) {
  const { driver, card, pipelines, works } = report;
  const models = works.filter(({ kind }) => kind === 'model').map(({ name }) => name);
  const products = works.length - models.length;
  const what = only.length
    ? `of ${[...models, ...(products ? [`${products} products`] : [])].join(', ')}`
    : 'of all works';
  const slow = [...pipelines].sort((a, b) => b.compileMs - a.compileMs)[0];
  return `## ${card}

The ${pipelines.length} pipelines ${what}, by ${driver}. The slowest to compile is ${slow.label}: ${(slow.compileMs / 1000).toFixed(1)} s of a processor.
Spills are here how often a register is stored or loaded back.${
    pipelines.some(({ crashed }) => crashed)
      ? ' Over a kernel that crashes, this version of the compiler has crashed.'
      : ''
  }

${tables(report)}`;
}

/** Returns the section of another library's products, beside ours. @param {Report} report @param {PeerReport} peer */
export const peerSection = (report, peer) => `## Products beside those of ${peer.name}

By the same compiler (${report.driver}, ${report.card}). Ours are in the way in which a product begins; the tuner may choose another.

${peerTable(report, peer)}`;

/** @param {Debts} debts */
function debtTable(debts) {
  const rows = Object.entries(debts).flatMap(([kind, names]) =>
    Object.entries(names).map(([name, now]) => [
      kind,
      name,
      `${now}`,
      `${targets[/** @type {import('./budget.mjs').Kind} */ (kind)]}`,
    ]),
  );
  return rows.length
    ? `What does not do so yet:\n\n${table(['what', 'of', 'now', 'target'], rows)}`
    : 'All of them do so.';
}

/** @param {Report} report */
function narrowTable(report) {
  const rows = budgetModels(report).flatMap(({ name, dispatches }) => {
    const narrow = dispatches.filter((each) => isNarrow(report, each));
    return [...new Set(narrow.map(({ kernel }) => kernel))].map((kernel) => {
      const own = narrow.filter((each) => each.kernel === kernel);
      const stuck = own.filter((each) => isNarrowInEveryWay(report, each));
      const fewest = Math.min(...own.map(({ workgroups }) => workgroups));
      return [name, kernel, `${fewest}`, `${own.length}`, `${stuck.length}`];
    });
  });
  return rows.length
    ? `The dispatches that are too narrow:\n\n${table(['model', 'kernel', 'fewest workgroups', 'at first', 'in every way'], rows)}`
    : 'No dispatch is too narrow.';
}
