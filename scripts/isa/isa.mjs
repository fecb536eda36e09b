import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Failure } from '../failure.mjs';
import { compare, debtsOf, measure } from './budget.mjs';
import { compileWorks } from './compile.mjs';
import { gpuPage } from './page.mjs';
import { dispatchTable, modelTable, stepTable, wayTable } from './tables.mjs';

/** @typedef {import('./report.ts').Report} Report */

/** @param {import('./options.mjs').Options} options */
export async function isa({ only, ways, model, write, out }) {
  const report = await compileWorks(only);
  const unknown = only.find((start) => !report.works.some(({ name }) => name.startsWith(start)));
  if (unknown)
    throw new Failure(
      `no work of the benchmark begins with '${unknown}'; npm run bench -- --help says what they are called`,
    );
  console.log(`${report.driver}, for ${report.card}: ${report.pipelines.length} pipelines`);
  for (const work of report.works) {
    console.log(`\n${work.name}\n\n${dispatchTable(report, work, { ways })}`);
    if (model) console.log(`\n${estimateWords}\n\n${modelTable(report, work)}`);
  }
  console.log(`\nproducts by kernel and way\n\n${wayTable(report)}`);
  if (model) console.log(`\n${estimateWords}\n\n${stepTable(report)}`);
  if (write) await writePage(report, out);
}

const estimateWords =
  'An estimate, good to a factor of two: microseconds of each dispatch with its launch, and what binds it. Nothing was measured.';

/** @param {Report} report @param {string} out */
async function writePage(report, out) {
  const list = path.join(out, 'results', 'isa.json');
  const measured = measure(report);
  const listed = existsSync(list) ? JSON.parse(await readFile(list, 'utf8')).debts : debtsOf(measured);
  const { worse } = compare(listed, measured);
  if (worse.length)
    throw new Failure(
      `GPU.md stays as it was, as kernels have become worse; who wants that writes the new numbers into ${list}: ${worse.join('; ')}`,
    );
  const debts = debtsOf(measured);
  await mkdir(path.dirname(list), { recursive: true });
  await writeFile(list, `${JSON.stringify({ driver: report.driver, debts }, null, 2)}\n`);
  const page = path.join(out, 'GPU.md');
  await writeFile(page, gpuPage(report, debts));
  console.log(`\nwritten: ${page} and ${list}`);
}
