/** Where a new layer, corruption, penalty, loss, normalisation or activation has to be named as well: each test tells of the places that lack it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { activationNames } from '../../src/kernels/activation.ts';
import { makers } from '../../src/models/parts/makers.ts';
import { root } from '../support/root.ts';

const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const guides = readdirSync(path.join(root, 'docs/guide'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => textOf(`docs/guide/${file}`))
  .join('\n');

/** The functions that the library exports and that return one of these types, each with its type. */
function functionsReturning(...types: string[]): Record<string, string> {
  const file = path.join(root, 'src/index.ts');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  // Without the libraries, which are most of what would be read: the types of parts are this repository's own.
  const program = ts.createProgram([file], { ...options, noLib: true, lib: [], types: [] });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  const found = checker.getExportsOfModule(module).flatMap((symbol) => {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (!(meant.flags & ts.SymbolFlags.Value)) return [];
    const returned = checker
      .getTypeOfSymbol(meant)
      .getCallSignatures()
      .map((signature) => checker.typeToString(signature.getReturnType()));
    return returned.filter((type) => types.includes(type)).map((type) => [symbol.name, type]);
  });
  return Object.fromEntries(found) as Record<string, string>;
}

/** A name as a word of its own. */
const named = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
/** Called, or in a guide also alone as code. */
const called = (text: string, name: string): boolean => new RegExp(`\\b${name}\\(|\`${name}\``).test(text);

/** Places that lack a name, as `file: name`. */
const lacking = (names: readonly string[], places: Record<string, (name: string) => boolean>): string[] =>
  Object.entries(places).flatMap(([place, has]) =>
    names.filter((name) => !has(name)).map((name) => `${place}: ${name}`),
  );

const inFile = (file: string, has = named) => ({ [file]: (name: string) => has(textOf(file), name) });

describe('a part of models is named in all places', () => {
  /** What the library exports, and what can be saved. */
  let [layers, losses, parts]: string[][] = [];
  const saved = Object.values(makers).flatMap((each) => Object.keys(each));

  beforeAll(() => {
    const exported = functionsReturning('Layer', 'Corruption', 'Penalty', 'Loss', 'Normalize');
    expect(Object.keys(exported)).toEqual(expect.arrayContaining(['dense', 'maskNoise', 'sparsity', 'minMax']));
    parts = [...new Set([...Object.keys(exported), ...saved])];
    layers = parts.filter((name) => exported[name] === 'Layer' || name in makers.layers);
    losses = parts.filter((name) => exported[name] === 'Loss' || name in makers.losses);
  }, 60_000);

  it('for users, for files, for workers, and in a guide', () => {
    expect(
      lacking(parts, {
        ...inFile('src/index.ts'),
        'src/models/parts/makers.ts': (name) => saved.includes(name),
        ...inFile('src/worker/parts.ts'),
        ...inFile('src/worker.ts'),
        'docs/guide/*.md': (name) => called(guides, name),
      }),
    ).toEqual([]);
  });

  it('a layer in the tests of every layer', () => {
    // The gradient of a quantised code is not its slope, which is 0: test/models/vector-quantizer.test.ts has it.
    const withoutGradient = ['flatten', 'reshape', 'stopGradient', 'vectorQuantizer'];
    const computing = layers.filter((name) => !withoutGradient.includes(name));
    expect([
      ...lacking(layers, inFile('test/support/onnx-models.ts', called)),
      ...lacking(computing, inFile('test/reliability/gradients.long.test.ts', called)),
    ]).toEqual([]);
  });

  it('a loss in the test of gradients', () =>
    expect(lacking(losses, inFile('test/reliability/gradients.long.test.ts', called))).toEqual([]));

  it('a penalty in the test of gradients', () => {
    // A discriminator and pairs of codes need more than that test makes; unitNorm adds no term to the loss.
    const elsewhere = ['adversarial', 'mmd', 'unitNorm'];
    const penalties = Object.keys(makers.penalties).filter((name) => !elsewhere.includes(name));
    expect(lacking(penalties, inFile('test/reliability/gradients.long.test.ts', called))).toEqual([]);
  });

  it('a part with arguments in the test of wrong arguments', () => {
    const without = ['flatten', 'standardize', 'minMax', 'stopGradient', 'unitNorm'];
    const taking = parts.filter((name) => !without.includes(name));
    expect(
      lacking(taking, {
        'test/reliability/bad-input.test.ts': (name) =>
          named(textOf('test/reliability/bad-input.test.ts'), `lib.${name}`),
      }),
    ).toEqual([]);
  });
});

it('an activation is named for users of kernels, in their guide and for the functions that are checked', () => {
  expect(
    lacking(activationNames, {
      ...inFile('src/kernels.ts'),
      ...inFile('src/checked-kernels.ts'),
      ...inFile('docs/guide/your-own.md'),
    }),
  ).toEqual([]);
});

describe('a place that lacks a name', () => {
  it('is reported', () => {
    const places = { 'a.ts': (name: string) => named('export { dense };', name), 'b.ts': () => true };
    expect(lacking(['dense', 'den'], places)).toEqual(['a.ts: den']);
    expect(called('`dense` and conv2d(3)', 'dense')).toBe(true);
    expect(called('a dense layer', 'dense')).toBe(false);
  });
});
