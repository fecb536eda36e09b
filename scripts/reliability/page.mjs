/** @typedef {import('../../test/support/thorough.ts').Tried & { seconds: number }} Test */
/** What is kept of each file under test/reliability. @typedef {Record<string, { date: string, tests: Test[] }>} Kept */

/**
 * docs/RELIABILITY.md.
 * @param {Kept} kept
 */
export function reliabilityPage(kept) {
  const sections = Object.entries(kept)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([file, { date, tests }]) => section(file, date, tests));
  return `# Faults, bad input and load

What is tried, how often, and what came out. \`npm run reliability\` runs all of it and writes this page; \`npm test\` runs the same tests with
fewer repetitions.

${sections.join('\n\n')}
`;
}

/** @param {string} file @param {string} date @param {Test[]} tests */
function section(file, date, tests) {
  const name = file.replace(/^node\//, '').replace(/\.test\.ts$/, '');
  const lines = tests.map(({ what, times, found, seconds }) => `| ${what} | ${times.toLocaleString('en')} | ${found} | ${seconds < 1 ? '< 1' : Math.round(seconds)} s |`);
  return `## ${name[0].toUpperCase()}${name.slice(1).replaceAll('-', ' ')}

| tried | times | what came out | took |
| --- | ---: | --- | ---: |
${lines.join('\n')}

${date}; \`npm run reliability -- ${file.replace(/\.test\.ts$/, '')}\` ([the tests](../test/reliability/${file}))`;
}
