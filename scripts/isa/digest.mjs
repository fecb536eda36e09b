import { adrenoLoop, amdLoop, intelLoop } from './loops.mjs';

/** @typedef {import('./report.ts').Compiled} Compiled */
/** @typedef {import('./report.ts').Digest} Digest */

/**
 * Returns the figures of a compiler's output that are kept. AMD's names come first, then Intel's and Adreno's.
 * @param {Compiled} compiled
 * @returns {Digest}
 */
export function digest({ crashed, wave, statistics, assembly }) {
  const first = (/** @type {string[]} */ ...names) =>
    names.map((name) => statistics[name]).find((n) => n !== undefined);
  return {
    crashed,
    wave,
    registers: first('VGPRs', 'Registers used'),
    spills:
      (first('Spilled VGPRs', 'Spill Count', 'STP Count') ?? 0) +
      (first('Spilled SGPRs', 'Fill Count', 'LDP Count') ?? 0),
    waves: first('Subgroups per SIMD', 'Max Waves', 'Max Waves Per Core'),
    workgroupMemory: first('LDS size', 'LDS Size', 'Workgroup Memory Size'),
    loop: loopOf(statistics, assembly, wave),
  };
}

/** @param {Compiled['statistics']} statistics @param {string} assembly @param {number} wave */
function loopOf(statistics, assembly, wave) {
  if ('VGPRs' in statistics) return amdLoop(assembly);
  if ('SEND Count' in statistics) return intelLoop(assembly, wave);
  return 'STP Count' in statistics ? adrenoLoop(assembly) : undefined;
}
