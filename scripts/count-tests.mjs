// For .ci/run. Prints the counts of Vitest's JSON report as one line, `412 passed, 0 failed`. What the run as a whole came to is given beside
// the report, which calls a run without a browser a success.
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ name: string, status: string, assertionResults: { status: string }[] }} TestFile */
/** @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: TestFile[] }} Report */

const [file = '', run] = process.argv.slice(2);
/** @type {Report} */
const report = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };

// A file that does not load fails without any test of it failing.
const broken = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
for (const { name } of broken) console.log(`failed as a whole: ${name}`);
let failed = report.numFailedTests + broken.length;
if (run !== 'passed' && failed === 0) {
  console.log('failed outside of all tests; the output of npm test above says how');
  failed = 1;
}
if (report.numPendingTests > 0) console.log(`${report.numPendingTests} skipped`);
console.log(`${report.numPassedTests} passed, ${failed} failed`);
