/** @typedef {import('../../bench/results.ts').Results} Results */
/** @typedef {import('../../bench/results.ts').ModelResult} ModelResult */
/** @typedef {import('../../bench/results.ts').KernelResult} KernelResult */
import { adapter as adapterWords } from '../start/words.mjs';

export const ours = 'latentgpu';

export const number = (/** @type {number} */ value) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
/** Returns the median; the upper one of two. @param {readonly number[]} values */
export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const mebibytes = (/** @type {number} */ bytes) => `${number(bytes / 2 ** 20)} MiB`;
const percent = (/** @type {number} */ share) => `${number(100 * share)} %`;

/** Returns rows of cells as a Markdown table, aligned for terminals. @param {string[]} head @param {string[][]} rows */
export function table(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  return [
    line(head),
    `|${widths.map((width, i) => (i ? `${'-'.repeat(width + 1)}:` : '-'.repeat(width + 2))).join('|')}|`,
    ...rows.map(line),
  ].join('\n');
}

/** @param {Results} results @param {ModelResult[]} models */
export function modelTable({ roofline }, models) {
  const head = [
    '',
    'ms a step',
    'images/s',
    `${ours} is faster by`,
    'dispatches',
    'submits',
    'peak bytes',
    'of peak FLOP/s',
    'loss',
  ];
  const rows = models.flatMap(({ title, batch, flops, needsBytes, agreed, peers, failed = {} }) => [
    [`**${title}**${agreed ? '' : ': **void**, the losses differ'}`, ...Array(8).fill('')],
    ...Object.entries(peers).map(([name, { ms, dispatches, submits, peakBytes, loss, oneStep }]) => [
      oneStep ? `${name}, the first step alone` : name,
      number(ms),
      number((1000 * batch) / ms),
      name === ours ? '' : `${number(ms / peers[ours].ms)} ×`,
      ...[dispatches, submits].map((count) => (count ? number(count) : '–')),
      peakBytes === 0
        ? '–'
        : name === ours
          ? `${mebibytes(peakBytes)} of ${mebibytes(needsBytes)}`
          : mebibytes(peakBytes),
      percent(flops / ms / 1e6 / roofline.gflops),
      loss.toPrecision(5),
    ]),
    ...Object.entries(failed).map(([name, reason]) => [`${name}: ${reason}`, '–', ...Array(7).fill('')]),
  ]);
  return table(head, rows);
}

/** @param {Results} results @param {KernelResult[]} kernels @param {'GFLOP/s' | 'GB/s'} unit */
export function kernelTable({ roofline }, kernels, unit) {
  const [key, peak] =
    unit === 'GFLOP/s'
      ? [/** @type {const} */ ('flops'), roofline.gflops]
      : [/** @type {const} */ ('bytes'), roofline.gigabytes];
  const names = [...new Set(kernels.flatMap(({ peers }) => Object.keys(peers)))];
  const head = [
    unit,
    ...names,
    ...names.filter((name) => name !== ours).map((name) => `× ${name}`),
    `${ours}, of ${unit === 'GFLOP/s' ? 'peak' : 'copying'}`,
  ];
  const rows = kernels.map((kernel) => {
    const rate = (/** @type {string} */ name) =>
      kernel.peers[name] ? kernel[key] / kernel.peers[name].ms / 1e6 : undefined;
    const mine = rate(ours) ?? NaN;
    const rates = names.map((name) => rate(name));
    const ratios = names.flatMap((name, i) =>
      name === ours ? [] : [rates[i] === undefined ? '' : number(mine / rates[i])],
    );
    return [
      `${kernel.work}${kernel.agreed ? '' : ' **void**: the results differ'}`,
      ...rates.map((one) => (one === undefined ? '' : number(one))),
      ...ratios,
      percent(mine / peak),
    ];
  });
  return table(head, rows);
}

/** @param {import('../../bench/growth.ts').Growth[]} growths */
export function growthTable(growths) {
  const rows = growths.flatMap(({ side, held, sizes, ms }) =>
    sizes.map((size, i) => [
      i ? '' : `${side} (${held})`,
      number(size),
      number(ms[i]),
      i ? `${number(ms[i] / ms[i - 1])} ×` : '',
    ]),
  );
  return table([`${ours} alone, twice the work`, 'size', 'ms an epoch', 'takes'], rows);
}

/** @param {import('../../bench/frames.ts').Frames} frames */
export function framesWords({
  work,
  frameBudgetMs,
  submits,
  longestMs,
  medianMs,
  overrun,
  framesPerSecond: { training, idle },
}) {
  return `${work} with \`frameBudgetMs: ${frameBudgetMs}\`: ${submits} submits, the median ${number(medianMs)} ms, the longest ${number(longestMs)} ms, ${overrun} of more than ${1.5 * frameBudgetMs} ms; ${number(training)} animation frames a second while it trains, ${number(idle)} while nothing happens.`;
}

/** @param {import('../../src/index.ts').KernelTime[]} kernels */
export function profileTable(kernels) {
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return table(
    ['kernel', 'dispatches a step', 'ms a step', 'share'],
    kernels.map(({ kernel, dispatches, milliseconds }) => [
      kernel,
      number(dispatches),
      number(milliseconds),
      percent(milliseconds / total),
    ]),
  );
}

/** @param {Results} results */
export function markdown(results) {
  const { adapter, runtime, date, versions, roofline, models, matmuls, streams, first, growth, frames } = results;
  const sections = [
    `# ${adapterWords(adapter)}`,
    `${runtime}, ${date.slice(0, 10)}. ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(
        ', ',
      )}. All in one page or process, in turn${'PyTorch eager' in versions ? ', PyTorch right after, on the processor' : ''}; medians over ${Object.values(models[0]?.peers ?? matmuls[0]?.peers ?? streams[0].peers)[0].times.length} rounds. Written by \`npm run bench\`.`,
    `Measured on the same adapter by kernels that do nothing else: ${number(roofline.gflops)} GFLOP/s of multiply-adds, ${number(roofline.gigabytes)} GB/s of copying.`,
    ...(models.length ? ['## Training', '![](chart.svg)', modelTable(results, models)] : []),
    ...(growth.length ? ['## How cost grows', growthTable(growth)] : []),
    ...(frames ? ['## Leaving room for the page', framesWords(frames)] : []),
    ...(Object.keys(first).length
      ? [
          '## From import to the first steps',
          'In a browser just started: seconds until the first four steps of 784-32-784 are done, everything compiled.',
          table(
            ['', 'seconds'],
            Object.entries(first).map(([name, ms]) => [name, number(ms / 1000)]),
          ),
        ]
      : []),
    ...(matmuls.length
      ? ['## Products of matrices', 'm × n × k, N as it lies, T transposed.', kernelTable(results, matmuls, 'GFLOP/s')]
      : []),
    ...(streams.length
      ? [
          '## Reductions and activations',
          'Over 16 Mi numbers; each counts what it must read and write.',
          kernelTable(results, streams, 'GB/s'),
        ]
      : []),
  ];
  return `${sections.join('\n\n')}\n`;
}
