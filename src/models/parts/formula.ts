import { OptionError } from '../../errors.ts';
import type { Formula } from '../../kernels/loss.ts';
import { shown } from '../../runtime/options.ts';

/** Matches one token of an expression. */
const token =
  /\s+|0[xX][\da-fA-F]+[iu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fhiu]?|[A-Za-z_]\w*|<<|>>|[<>=!]=|&&|\|\||[-+*/%<>!&|^~(),.[\]]/y;

const closing: Record<string, string> = { '(': ')', '[': ']' };

/** The names that an expression may use without calling them. */
const known = /^(?:y|x|true|false|f32|i32|u32|bool|vec[234][fiu])$/;

/**
 * Checks a formula as far as possible without a compiler: all parts are present, and no expression ends early, opens a
 * comment, or names a variable other than y and x.
 * @throws OptionError
 */
export function checkFormula(where: string, formula: Formula): void {
  const { name, wgsl, derivative } = formula;
  if (typeof name !== 'string' || !name)
    throw new OptionError(`${where}: name must be a non-empty string, not ${shown(name)}`);
  for (const [part, text] of Object.entries({ wgsl, derivative })) {
    const wrong = mistake(text);
    if (wrong)
      throw new OptionError(
        `${where}: ${part} of '${name}' must be an expression in WGSL, such as '(y - x) * (y - x)', not ${shown(text)}: ${wrong}`,
      );
  }
}

/** Returns the reason why a text cannot be an expression, or undefined if it may be one. */
function mistake(text: unknown): string | undefined {
  if (typeof text !== 'string') return 'it is not a string';
  if (!text.trim()) return 'it is empty';
  if (/\/[/*]/.test(text)) return 'it has a comment';
  const open: string[] = [];
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    const word = token.exec(text)?.[0];
    if (word === undefined) return `it must not have '${String.fromCodePoint(text.codePointAt(at)!)}'`;
    if (Object.hasOwn(closing, word)) open.push(closing[word]);
    if ((word === ')' || word === ']') && open.pop() !== word) return `a '${word}' closes nothing`;
    if (word === ',' && !open.length) return 'it has a comma outside of a call';
    const member = /\.\s*$/.test(text.slice(0, at));
    const calls = /^\s*\(/.test(text.slice(token.lastIndex));
    if (/^[A-Za-z_]/.test(word) && !member && !calls && !known.test(word)) return `${word} is neither y nor x`;
  }
  return open.length ? `a '${open.at(-1)!}' is missing` : undefined;
}
