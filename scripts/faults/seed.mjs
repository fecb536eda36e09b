import { Failure } from '../failure.mjs';

/** @typedef {import('./list.mjs').Fault} Fault */

/** Returns the name of a fault: the text and its replacement. @param {Fault} fault */
export const nameOf = ({ text, becomes }) => `${shown(text)} → ${shown(becomes) || 'nothing'}`;

/** @param {string} text */
const shown = (text) => text.replace(/\s*\n\s*/g, ' ');

/**
 * Returns a file's text with the fault in it. A text that does not occur as often as the list says is an error, so that
 * the list stays up to date.
 * @param {string} source
 * @param {Fault} fault
 */
export function seed(source, fault) {
  const { file, text, becomes, of } = fault;
  const [which, count] = of;
  const parts = source.split(text);
  if (parts.length - 1 !== count)
    throw new Failure(
      `shaders/${file} has this text ${parts.length - 1} times, but the fault says ${count} times: ${shown(text)}`,
    );
  return `${parts.slice(0, which).join(text)}${becomes}${parts.slice(which).join(text)}`;
}
