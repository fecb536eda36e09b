// For .ci/run. Prints the counts of Vitest's JSON reports as one line, `412 passed, 0 failed`. What the runs as a whole came to is given before
// the reports, which call a run without a browser a success.
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ name: string, status: string, assertionResults: { status: string }[] }} TestFile */
/** @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: TestFile[] }} Report */

const [run, ...files] = process.argv.slice(2);
const reports = files
  .filter((file) => existsSync(file))
  .map((file) => /** @type {Report} */ (JSON.parse(readFileSync(file, 'utf8'))));
const sum = (/** @type {'numPassedTests' | 'numFailedTests' | 'numPendingTests'} */ count) =>
  reports.reduce((total, report) => total + report[count], 0);

// A file that does not load fails without any test of it failing.
const broken = reports
  .flatMap(({ testResults }) => testResults)
  .filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
for (const { name } of broken) console.log(`failed as a whole: ${name}`);
let failed = sum('numFailedTests') + broken.length;
if (run !== 'passed' && failed === 0) {
  console.log('failed outside of all tests; the output above says how');
  failed = 1;
}
if (sum('numPendingTests') > 0) console.log(`${sum('numPendingTests')} skipped`);
console.log(`${sum('numPassedTests')} passed, ${failed} failed`);
