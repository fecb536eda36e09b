/**
 * The deepest nesting that is accepted. Valid files have at most about ten levels, and much deeper ones could overflow
 * the stack of their readers.
 */
const deepest = 64;

/**
 * Parses JSON as `JSON.parse` does, but refuses two equal names in an object, and deep nesting.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  // For each open bracket, the names so far if it is an object, otherwise undefined.
  const open: (Set<string> | undefined)[] = [];
  let before = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const begin = at++;
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      const names = open.at(-1);
      if (!names || before === ':') continue;
      // Parsed, since escapes allow different spellings of the same name.
      const name = JSON.parse(text.slice(begin, at + 1)) as string;
      if (names.has(name)) throw new SyntaxError(`the name ${name} comes twice`);
      names.add(name);
    } else if ('{[]}:,'.includes(sign)) {
      before = sign;
      if (sign === '}' || sign === ']') open.pop();
      else if (sign === '{' || sign === '[') open.push(sign === '{' ? new Set() : undefined);
      if (open.length > deepest) throw new SyntaxError(`it nests deeper than ${deepest} levels`);
    }
  }
  return JSON.parse(text);
}
