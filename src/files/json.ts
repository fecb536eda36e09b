/** No file that is read here nests deeper than some ten levels. What does is made to overflow the stack of whoever walks through it. */
const deepest = 64;

/**
 * JSON.parse, made strict where it says nothing: of two equal names in an object it keeps the last, and it sets no bound to nesting.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  // For each bracket that is open: the names in it so far, where it is an object's.
  const open: (Set<string> | undefined)[] = [];
  let before = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      const begin = at++;
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
      const names = open.at(-1);
      if (!names || before === ':') continue;
      // Names are equal by what they mean, however they are spelled.
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
