import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { root } from '../../support/root.ts';

/** What no such place is without. Most files have none of it, and are not parsed, which would take seconds. A name may also be written with escapes. */
const suspect =
  /eval|Function|constructor|set(Timeout|Interval)|insertAdjacentHTML|createContextualFragment|importScripts|\bimport\b(?!\s+[\w{*'])|\\u/;

/** Every place where a text could become code, as `file:line: what`. Types are left out: they are gone at run time. */
function codeFromText(file: string, text: string): string[] {
  if (!suspect.test(text)) return [];
  const { Latest: languageVersion } = ts.ScriptTarget;
  const source = ts.createSourceFile(file, text, {
    languageVersion,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const found: string[] = [];
  const say = (node: ts.Node, what: string) =>
    found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}: ${what}`);
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) && (node.text === 'eval' || node.text === 'Function')) say(node, node.text);
    if (ts.isPropertyAccessExpression(node) && node.name.text === 'constructor')
      say(node, 'constructor, which makes functions of text');
    if (ts.isCallExpression(node)) {
      const [first] = node.arguments;
      const called = ts.isPropertyAccessExpression(node.expression)
        ? node.expression.name.text
        : node.expression.getText(source);
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword && !(first && ts.isStringLiteral(first)))
        say(node, 'import() of what is not written here');
      if (/^set(Timeout|Interval)$/.test(called) && !(first && (ts.isArrowFunction(first) || ts.isIdentifier(first))))
        say(node, `${called} of what is no function`);
      if (/^(insertAdjacentHTML|createContextualFragment|importScripts)$/.test(called)) say(node, called);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it('no file of src/ and shaders/ makes code from text', { timeout: 60_000 }, () => {
  const files = ['src', 'shaders'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  const sources = files.filter((file) => /\.(ts|js|mjs)$/.test(file));
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.flatMap((file) => codeFromText(file, readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
});

it.each([
  ['eval(text)', 'eval'],
  ['globalThis.eval(text)', 'eval'],
  ['new Function(text)', 'Function'],
  ["Function('a', text)", 'Function'],
  ['(() => {}).constructor(text)', 'constructor, which makes functions of text'],
  ['await import(file)', 'import() of what is not written here'],
  ['await import(`./${name}.ts`)', 'import() of what is not written here'],
  ["setTimeout('go()', 5)", 'setTimeout of what is no function'],
  ['window.setInterval(`go(${x})`, 5)', 'setInterval of what is no function'],
  ['importScripts(file)', 'importScripts'],
  ['\\u0065val(text)', 'eval'],
  ['await import /* a comment */ (file)', 'import() of what is not written here'],
])('the search finds %s', (text, what) => {
  expect(codeFromText('x.ts', `// a comment\n${text};`)).toEqual([`x.ts:2: ${what}`]);
});

it('the search ignores similar text', () => {
  const harmless =
    "// eval\nconst evaluate = 'eval(x)'; let f: Function; setTimeout(resolve, 5); setTimeout(() => go(), 5); await import('./x.ts'); class A { constructor() {} }";
  expect(codeFromText('x.ts', harmless)).toEqual([]);
});
