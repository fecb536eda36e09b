// Estimates the time of a dispatch on a GPU to a factor of about two, to compare kernels without a GPU.
import { turnsOf } from './turns.mjs';
import { multipliesOf, ratioOf } from './works.mjs';

/** @typedef {import('./report.ts').Report} Report */
/** @typedef {import('./report.ts').DispatchRecord} DispatchRecord */
/** @typedef {import('./cards.mjs').Card} Card */

/**
 * The time of a dispatch's work in microseconds after its start. `chain` is the time of the longest invocation, `bytes`
 * that of the memory if it is always busy, `arithmetic` that of the vector units if they are always busy, and `all` the
 * longest of the three.
 * @typedef {{ chain: number, bytes: number, arithmetic: number, all: number }} Estimate
 */

/**
 * Returns the bytes that a dispatch has to move; a gather moves only the rows that it reads.
 * @param {DispatchRecord} dispatch
 */
const bytesOf = ({ kernel, bytes, writtenBytes }) => (kernel.startsWith('gather') ? 2 * writtenBytes : bytes);

/**
 * Estimates the time of a dispatch, with the instructions of AMD's compiler on all cards. A chain waits for the shared
 * cache in each round of its loop, and then executes the loop alone. The first values come from memory, without an
 * allowance for caches that still hold them.
 * @param {Report} report
 * @param {DispatchRecord} dispatch
 * @param {Card} card
 * @returns {Estimate}
 */
export function estimate({ pipelines }, dispatch, card) {
  const { loop } = pipelines[dispatch.pipeline];
  const { units, lanes, gigahertz, gigabytes, latencyNs, cyclesPerInstruction } = card;
  const turnNs = latencyNs + ((loop?.instructions ?? 0) * cyclesPerInstruction) / gigahertz;
  const { multiplying, loading } = turnsOf(dispatch);
  const chain = Math.max(multiplying * turnNs, loading * latencyNs) / 1e3;
  const bytes = bytesOf(dispatch) / gigabytes / 1e3;
  const instructions = multipliesOf(dispatch) * (loop ? ratioOf(loop) : 1);
  const arithmetic = instructions / (units * lanes * gigahertz) / 1e3;
  return { chain, bytes, arithmetic, all: Math.max(chain, bytes, arithmetic) };
}

/**
 * Returns the microseconds of a whole step, including launches.
 * @param {Report} report
 * @param {readonly DispatchRecord[]} dispatches
 * @param {Card} card
 */
export const stepTime = (report, dispatches, card) =>
  dispatches.reduce((sum, dispatch) => sum + card.launchUs + estimate(report, dispatch, card).all, 0);
