/** @typedef {import('./report.ts').Compiled} Compiled */
/** @typedef {import('./report.ts').Digest} Digest */
/** @typedef {import('./report.ts').Loop} Loop */

/**
 * What is kept of a compiler's words. AMD's names come first, then Intel's and Adreno's.
 * @param {Compiled} compiled
 * @returns {Digest}
 */
export function digest({ wave, statistics, assembly }) {
  const first = (/** @type {string[]} */ ...names) =>
    names.map((name) => statistics[name]).find((n) => n !== undefined);
  return {
    wave,
    registers: first('VGPRs', 'Registers used'),
    spills:
      (first('Spilled VGPRs', 'Spill Count', 'STP Count') ?? 0) +
      (first('Spilled SGPRs', 'Fill Count', 'LDP Count') ?? 0),
    waves: first('Subgroups per SIMD', 'Max Waves', 'Max Waves Per Core'),
    workgroupMemory: first('LDS size', 'LDS Size', 'Workgroup Memory Size') ?? 0,
    loop: 'VGPRs' in statistics ? hottestLoop(assembly) : undefined,
  };
}

const count = (/** @type {string} */ text, /** @type {RegExp} */ pattern) => (text.match(pattern) ?? []).length;

/** Multiplications, those that add included: the first of a chain only multiplies. */
const multiplyAdds = (/** @type {string} */ text) => count(text, /^\s*v_(?:fma|fmac|fmamk|fmaak|mul)_f32/gm);

/**
 * The innermost loop around the block that multiplies most, of AMD's assembly, in which each block has a label.
 * @param {string} assembly
 * @returns {Loop | undefined}
 */
export function hottestLoop(assembly) {
  const blocks = assembly.split(/^(?=BB\d+:)/m).filter((text) => text.startsWith('BB'));
  const labels = blocks.map((text) => text.slice(0, text.indexOf(':')));
  const loops = blocks.flatMap((text, last) =>
    [...text.matchAll(/^\s*s_c?branch\S*\s+(BB\d+)/gm)]
      .map(([, target]) => labels.indexOf(target))
      .filter((first) => first >= 0 && first <= last)
      .map((first) => ({ first, last })),
  );
  const work = blocks.map(multiplyAdds);
  const hottest = work.indexOf(Math.max(...work));
  const around = loops
    .filter(({ first, last }) => first <= hottest && hottest <= last)
    .sort((a, b) => a.last - a.first - (b.last - b.first))[0];
  if (!around || !work[hottest]) return undefined;
  const text = blocks.slice(around.first, around.last + 1).join('');
  return { instructions: count(text, /^\s*v_/gm), multiplyAdds: multiplyAdds(text) };
}
