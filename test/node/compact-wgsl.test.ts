import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { compact } from '../../scripts/compact-wgsl.ts';

test('comments, indentation, spaces around signs and ends of lines go, code and the lines of conditions stay', () => {
  const text = `
/** What it does,
 *  at length. */
fn f(x: f32) -> f32 { // why
  // why not
  let half = x / 2.0 + 1.0;
  var y = half;
#if `;
  expect(compact(text)).toBe('\nfn f(x:f32)->f32{let half=x/2.0+1.0;var y=half;\n#if ');
});

test('what stands before a value of the template keeps its line, as the value may begin with a condition', () => {
  expect(compact('let a = b - c - -d;')).toBe('let a=b-c - -d;');
  expect(compact(`;\n  a();\n  b();\n`)).toBe(';a();b();\n');
  expect(compact(`\n#else\n  a();\n#endif\n  b(\n    c,\n  );\n`)).toBe('\n#else\na();\n#endif\nb(c,);\n');
});

const folder = new URL('../../shaders/', import.meta.url);

/** The pieces of text between the values of all `wgsl` templates of a file. */
function texts(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'wgsl') {
      const { template } = node;
      if (ts.isNoSubstitutionTemplateLiteral(template)) found.push(template.text);
      else found.push(template.head.text, ...template.templateSpans.map(({ literal }) => literal.text));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(new URL(file, folder), 'utf8'), ts.ScriptTarget.Latest, true));
  return found;
}

/** WGSL's words and signs, and the preprocessor's lines as one each. */
const tokens = (text: string) =>
  text
    .replace(/\/\*[^]*?\*\/|\/\/.*/g, '')
    .match(/#.*\S|[A-Za-z_]\w*|\d[\w.]*|->|--|\+\+|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^]=|\S/g) ?? [];

test('of all shaders, words, signs and conditions stay as they are', () => {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .flatMap(texts);
  expect(all.length).toBeGreaterThan(100);
  for (const text of all) expect(tokens(compact(text))).toEqual(tokens(text));
});
