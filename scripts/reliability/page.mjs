/** @typedef {import('../../test/support/thorough.ts').Tried & { seconds: number }} Test */
/** The kept results of each file under test/reliability. @typedef {Record<string, { date: string, tests: Test[] }>} Kept */
/** The kept results of each mutated file. @typedef {Record<string, { date: string, mutants: number, killed: number, survived: number }>} Mutants */

/** The kept results of each file of shaders with seeded faults. @typedef {Record<string, { date: string, faults: { kind: string, fault: string, test: string, caughtBy?: string }[] }>} Faults */

/**
 * Returns the text of docs/RELIABILITY.md.
 * @param {Kept} kept
 * @param {Mutants} mutants
 * @param {Faults} faults
 */
export function reliabilityPage(kept, mutants, faults) {
  const sections = Object.entries(kept)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([file, { date, tests }]) => section(file, date, tests));
  return `# Faults, bad input and load

This page lists the reliability tests, how often each was repeated, and the results. \`npm run reliability\` runs all but the last two sections,
mutants and seeded faults, which have separate commands, and writes this page. \`npm run test:all\` runs the same tests with fewer repetitions.

${sections.join('\n\n')}
${mutantSection(mutants)}${faultSection(faults)}`;
}

const testName = /(\.long)?\.test\.ts$/;

/** @param {string} file @param {string} date @param {Test[]} tests */
function section(file, date, tests) {
  const name = file.replace(/^node\//, '').replace(testName, '');
  const lines = tests.map(
    ({ what, times, found, seconds }) =>
      `| ${what} | ${times.toLocaleString('en')} | ${found} | ${seconds < 1 ? '< 1' : Math.round(seconds)} s |`,
  );
  return `## ${name[0].toUpperCase()}${name.slice(1).replaceAll('-', ' ')}

| test | times | result | time |
| --- | ---: | --- | ---: |
${lines.join('\n')}

${date}; \`npm run reliability -- ${file.replace(testName, '')}\` ([the tests](../test/reliability/${file}))`;
}

/** Returns the range of dates, from the first to the last. @param {Record<string, { date: string }>} files */
function datesOf(files) {
  const dates = Object.values(files)
    .map(({ date }) => date)
    .sort();
  return dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
}

/** @param {Mutants} files */
function mutantSection(files) {
  const all = Object.entries(files).sort(([a], [b]) => a.localeCompare(b));
  if (!all.length) return '';
  const sum = (/** @type {'mutants' | 'killed' | 'survived'} */ what) =>
    all.reduce((total, [, counts]) => total + counts[what], 0);
  const row = (
    /** @type {string} */ name,
    /** @type {number} */ mutants,
    /** @type {number} */ killed,
    /** @type {number} */ survived,
  ) =>
    `| ${name} | ${mutants.toLocaleString('en')} | ${killed.toLocaleString('en')} | ${survived} | ${((100 * killed) / mutants).toFixed(1)} % |`;
  const rows = [
    ...all.map(([file, { mutants, killed, survived }]) => row(file, mutants, killed, survived)),
    row('all', sum('mutants'), sum('killed'), sum('survived')),
  ];
  return `
## Mutants

[Stryker](https://stryker-mutator.io) changes the code of data and files, one place at a time, and runs the tests. A mutant survives if no test
fails; often it behaves like the original code.

| file | mutants | killed | survived | share killed |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}

${datesOf(files)}; \`npm run mutants\` ([the tests](../vitest.mutants.config.ts))
`;
}

/** @param {Faults} files */
function faultSection(files) {
  const all = Object.values(files).flatMap(({ faults }) => faults);
  if (!all.length) return '';
  const row = (/** @type {string} */ name, /** @type {typeof all} */ faults) =>
    `| ${name} | ${faults.length} | ${faults.filter(({ caughtBy }) => caughtBy).length} |`;
  const kinds = [...new Set(all.map(({ kind }) => kind))].sort();
  const rows = [
    ...kinds.map((name) =>
      row(
        name,
        all.filter(({ kind }) => kind === name),
      ),
    ),
    row('all', all),
  ];
  return `
## Faults in shaders

One fault at a time is seeded into the WGSL of ${Object.keys(files).length} files. It is caught if a test that passes without it fails with it. Faults that do not affect any
result, and faults that do not compile, are left out.

| kind of fault | seeded | caught |
| --- | ---: | ---: |
${rows.join('\n')}

${datesOf(files)}; \`npm run faults\` ([the faults](../scripts/faults/list.mjs), [what caught each](results/faults.json))
`;
}
