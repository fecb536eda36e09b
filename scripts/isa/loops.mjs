// Finds the loop that multiplies most in the assembly of each vendor.

/** @typedef {import('./report.ts').Loop} Loop */

/**
 * A line of assembly: how much it counts as an instruction of the vector units, and as a multiply-add.
 * @typedef {{ vector: number, multiplyAdd: number }} Line
 */

/**
 * Returns the loop whose own lines multiply most, without the lines of inner loops.
 * @param {readonly Line[]} lines
 * @param {ReadonlyMap<number, number>} loops the last line of each, by its first
 * @returns {Loop | undefined}
 */
function hottest(lines, loops) {
  /** @type {Map<number, { instructions: number, multiplyAdds: number }>} */
  const sums = new Map();
  for (const [i, { vector, multiplyAdd }] of lines.entries()) {
    // The innermost loop is the one that began last.
    const first = [...loops].filter(([first, last]) => first <= i && i <= last).sort(([a], [b]) => b - a)[0]?.[0];
    if (first === undefined) continue;
    const { instructions, multiplyAdds } = sums.get(first) ?? { instructions: 0, multiplyAdds: 0 };
    sums.set(first, { instructions: instructions + vector, multiplyAdds: multiplyAdds + multiplyAdd });
  }
  const best = [...sums.values()].sort((a, b) => b.multiplyAdds - a.multiplyAdds)[0];
  return best?.multiplyAdds ? best : undefined;
}

/**
 * Returns the loops: a loop is where a line jumps back to a label.
 * @param {readonly string[]} lines
 * @param {RegExp} label whose first group is its name
 * @param {RegExp} back whose first group is the name of the label that a line goes to
 */
function loopsOf(lines, label, back) {
  const labels = new Map(lines.flatMap((line, i) => (label.test(line) ? [[label.exec(line)?.[1], i]] : [])));
  /** @type {Map<number, number>} */
  const loops = new Map();
  lines.forEach((line, last) => {
    const name = back.exec(line)?.[1];
    const first = name === undefined ? undefined : labels.get(name);
    if (first !== undefined && first <= last) loops.set(first, last);
  });
  return loops;
}

/** Matches AMD's multiplications; the first of a chain of multiply-adds only multiplies. */
const amdMultiplies = /^\s*v_(?:fma|fmac|fmamk|fmaak|mul)_f32/;

/** Returns the loop in AMD's assembly. @param {string} assembly */
export function amdLoop(assembly) {
  const lines = assembly.split('\n');
  return hottest(
    lines.map((line) => ({ vector: Number(/^\s*v_/.test(line)), multiplyAdd: Number(amdMultiplies.test(line)) })),
    loopsOf(lines, /^(BB\d+):/, /^\s*s_c?branch\S*\s+(BB\d+)/),
  );
}

/** Matches an instruction of Intel: its name, its number of invocations, and its destination. */
const intelInstruction = /^(?:\([^)]*\)\s*)?([a-z]\w*)\S*\((\d+)\)\s+(\S*)/;
/** Matches instructions of other units, and of control flow. */
const intelOthers = /^(send|sync|if|else|endif|while|break|cont|halt|nop|jmpi|do)/;

/**
 * Returns the loop in Intel's assembly, where an instruction for half of a wave counts half.
 * @param {string} assembly
 * @param {number} wave
 */
export function intelLoop(assembly, wave) {
  const lines = assembly.split('\n');
  return hottest(
    lines.map((line) => {
      const [, name = '', size = '0', target = ''] = intelInstruction.exec(line) ?? [];
      const vector = intelOthers.test(name) ? 0 : Number(size) / wave;
      return { vector, multiplyAdd: /^(mad|mac|mul)$/.test(name) && /<\d>F$/.test(target) ? vector : 0 };
    }),
    loopsOf(lines, /^(LABEL\d+):/, /\bwhile\(\d+\)\s+JIP:\s+(LABEL\d+)/),
  );
}

/** Matches the instructions of Qualcomm's vector units; some stand for several of the same kind. */
const adrenoVector =
  /^(?:\([^)]*\))*\s*(?:absneg|add|and|ashr|cmps|cmpv|cov|exp2|fma|log2|mad|madsh|max|min|mov|mul|mull|not|or|rcp|rsq|sad|sel|shl|shr|sqrt|sub|swz|xor)\b/;

/** Returns the loop in the assembly of Qualcomm's Adreno. @param {string} assembly */
export function adrenoLoop(assembly) {
  const lines = assembly.split('\n');
  return hottest(
    lines.map((line) => {
      const vector = adrenoVector.test(line) ? 1 + Number(/\(rpt(\d)\)/.exec(line)?.[1] ?? 0) : 0;
      return { vector, multiplyAdd: /\b(mad\.f32|mul\.f)\b/.test(line) ? vector : 0 };
    }),
    loopsOf(lines, /^l(\d+):/, /^(?:\([^)]*\))*\s*(?:jump|br \S+)\s*#l(\d+)/),
  );
}
