import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setupPeers } from '../bench/setup.mjs';
import { Failure } from '../failure.mjs';
import { compare, debtsOf, measure } from './budget.mjs';
import { compilePeer, compileWorks, peerFile } from './compile.mjs';
import { writePage } from './page.mjs';
import { budgetSection, compilerSection, peerSection } from './sections.mjs';
import { dispatchTable, modelTable, peerTable, stepTable, wayTable } from './tables.mjs';

/** @typedef {import('./report.ts').Report} Report */

/** @param {import('./options.mjs').Options} options */
export async function isa({ only, compiler, peer, ways, model, write, out }) {
  if (peer) setupPeers();
  const report = await compileWorks(only, compiler);
  const unknown = only.find((start) => !report.works.some(({ name }) => name.startsWith(start)));
  if (unknown) throw new Failure(`no work begins with '${unknown}'; choose one of ${report.names.join(', ')}`);
  console.log(`${report.driver}, for ${report.card}: ${report.pipelines.length} pipelines`);
  for (const work of report.works) {
    console.log(`\n${work.name}\n\n${dispatchTable(report, work, { ways })}`);
    if (model) console.log(`\n${estimateWords}\n\n${modelTable(report, work, { ways })}`);
  }
  console.log(`\nproducts by kernel and way\n\n${wayTable(report)}`);
  if (model && report.works.some(({ kind }) => kind === 'model'))
    console.log(`\n${estimateWords}\n\n${stepTable(report)}`);
  const peers = peer ? await compilePeer(peerFile, compiler) : undefined;
  if (peers) console.log(`\nbeside ${peers.name}\n\n${peerTable(report, peers)}`);
  if (!write) return;
  const page = path.join(out, 'GPU.md');
  const section =
    compiler === 'amd' ? budgetSection(report, await writeList(report, out)) : compilerSection(report, only);
  await writePage(page, { [compiler]: section, ...(peers && { 'jax-js': peerSection(report, peers) }) });
  console.log(`\nwritten: ${page}`);
}

const estimateWords =
  'An estimate, good to a factor of two: microseconds of each dispatch with its launch, and what binds it. Nothing was measured.';

/**
 * Lowers the numbers of the list that have improved.
 * @param {Report} report
 * @param {string} out
 */
async function writeList(report, out) {
  const list = path.join(out, 'results', 'isa.json');
  const measured = measure(report);
  const debts = debtsOf(measured);
  const listed = existsSync(list) ? JSON.parse(await readFile(list, 'utf8')).debts : debts;
  const { worse } = compare(listed, measured);
  if (worse.length)
    throw new Failure(
      `GPU.md was not written, because kernels became worse; if that is intended, write the new numbers into ${list}: ${worse.join('; ')}`,
    );
  await mkdir(path.dirname(list), { recursive: true });
  await writeFile(list, `${JSON.stringify({ driver: report.driver, debts }, null, 2)}\n`);
  return debts;
}
