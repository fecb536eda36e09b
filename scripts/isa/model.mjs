// What a dispatch may take on a GPU: an estimate, good to a factor of two, for comparing kernels where there is no GPU to run them on.
import { turnsOf } from './turns.mjs';
import { multipliesOf, ratioOf } from './works.mjs';

/** @typedef {import('./report.ts').Report} Report */
/** @typedef {import('./report.ts').DispatchRecord} DispatchRecord */
/** @typedef {import('./cards.mjs').Card} Card */

/**
 * What a dispatch's work takes, in microseconds, once it has begun: `chain`, that of its longest invocation; `bytes`, that of the memory, were it
 * busy all the time; `arithmetic`, that of all vector units, were they. The longest of the three is what `all` says.
 * @typedef {{ chain: number, bytes: number, arithmetic: number, all: number }} Estimate
 */

/** Bytes that a dispatch has to move: of what a gather is bound to, only the rows that it reads. @param {DispatchRecord} dispatch */
const bytesOf = ({ kernel, bytes, writtenBytes }) => (kernel.startsWith('gather') ? 2 * writtenBytes : bytes);

/**
 * Instructions are those of AMD's compiler, on all cards. A chain waits for the shared cache each time around its loop, and then goes through the loop
 * alone. The first values come from memory, and nothing is taken off for a cache that has them still.
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

/** Microseconds of a whole step, launches included. @param {Report} report @param {readonly DispatchRecord[]} dispatches @param {Card} card */
export const stepTime = (report, dispatches, card) =>
  dispatches.reduce((sum, dispatch) => sum + card.launchUs + estimate(report, dispatch, card).all, 0);
