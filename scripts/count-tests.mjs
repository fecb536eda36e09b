// For .ci/run, which repeats a test that fails once. Prints the tests that failed, with the beginning of what each
// said, and the counts of Vitest's JSON reports as one line, `412 passed, 0 failed`. The result of the runs as a whole
// is the first argument, since a report calls a run without a browser a success.
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ name: string, status: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }} TestFile */
/** @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: TestFile[] }} Report */

const linesOfMessage = 12;
const [run, ...files] = process.argv.slice(2);
const reports = files
  .filter((file) => existsSync(file))
  .map((file) => /** @type {Report} */ (JSON.parse(readFileSync(file, 'utf8'))));
const sum = (/** @type {'numPassedTests' | 'numFailedTests' | 'numPendingTests'} */ count) =>
  reports.reduce((total, report) => total + report[count], 0);

for (const { name, assertionResults } of reports.flatMap(({ testResults }) => testResults)) {
  for (const { status, fullName, failureMessages } of assertionResults) {
    if (!failureMessages.length) continue;
    const said = failureMessages[0].split('\n').slice(0, linesOfMessage).join('\n  ');
    console.log(
      `${status === 'failed' ? 'failed' : 'unstable, passed when repeated'}: ${name}\n  ${fullName}\n  ${said}`,
    );
  }
}

// A file that does not load is reported as failed without a failed test.
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
