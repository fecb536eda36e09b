/** Formats numbers, names of files and texts for people. */
import path from 'node:path';

/** @param {number} value */
export function whole(value) {
  return Math.round(value).toLocaleString('en');
}

/** @param {number} value */
export function loss(value) {
  return value.toFixed(value >= 10 ? 2 : value >= 0.05 ? 4 : 5);
}

/** Returns a measurement with the digits that matter. @param {number} value */
export function measured(value) {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}

/** @type {[keyof import('../../app/subject.ts').Figures, string][]} */
const terms = [
  ['reconstruction', 'reconstruction'],
  ['kl', 'divergence of the codes from the normal distribution (KL)'],
  ['adversary', 'adversary: what being found out costs, before its weight'],
  ['commitment', 'commitment: squared distance of the codes from their entries, before its weight'],
  ['codebook', 'codebook: the same distance, which moves the entries'],
  ['mmd', 'discrepancy of codes and prior (MMD²), before its weight'],
  ['deadLatents', 'dead latents: what they leave of the errors of the others, before its weight'],
  ['penalty', 'penalty'],
  ['discriminator', 'discriminator: its own loss, no part of the model’s'],
];

/**
 * Returns the terms of a loss, if it has several, and the loss of a discriminator.
 * @param {import('../../app/subject.ts').Figures} losses
 */
export function parts(losses) {
  const all = terms.flatMap(([term, name]) => {
    const value = losses[term];
    return value === undefined ? [] : [{ name, value }];
  });
  return all.length === 1 && losses.reconstruction !== undefined ? [] : all;
}

/** Returns the seconds of all trainings. @param {import('../../app/job.ts').JobResult} result */
export function trainingSeconds({ seconds, pretraining, rivals }) {
  return [...pretraining, ...rivals].reduce((sum, side) => sum + side.seconds, seconds);
}

/** Returns seconds as minutes and seconds: 75 is 1:15. @param {number} seconds */
export function clock(seconds) {
  const all = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60].map((n) => `${n}`);
  return hours === '0'
    ? `${minutes}:${rest?.padStart(2, '0')}`
    : `${hours}:${minutes?.padStart(2, '0')}:${rest?.padStart(2, '0')}`;
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const all = Math.round(seconds);
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${all % 60} s`;
}

/** @param {number} count @param {string} one */
export function counted(count, one) {
  return `${whole(count)} ${one}${count === 1 ? '' : 's'}`;
}

/**
 * Returns the name of an adapter from the facts of `openGpu`.
 * @param {{ vendor: string, architecture: string, description: string, isFallback: boolean }} info
 */
export function adapter({ vendor, architecture, description, isFallback }) {
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed';
  return isFallback ? `${name} (software: no GPU)` : name;
}

/** Returns a path as a user would type it in the current folder. @param {string} file */
export function short(file) {
  const relative = path.relative('', file);
  return relative.startsWith('..') ? path.resolve(file) : relative;
}

/** Returns a text as HTML. @param {string} value */
export function text(value) {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
