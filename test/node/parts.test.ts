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

interface Maker {
  readonly type: string;
  readonly takesArguments: boolean;
}

/** The functions that the library exports and that return one of these types. */
function functionsReturning(...types: string[]): Record<string, Maker> {
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
    const made = checker
      .getTypeOfSymbol(meant)
      .getCallSignatures()
      .map((signature) => ({
        type: checker.typeToString(signature.getReturnType()),
        takesArguments: signature.parameters.length > 0,
      }));
    return made.filter(({ type }) => types.includes(type)).map((maker): [string, Maker] => [symbol.name, maker]);
  });
  return Object.fromEntries(found);
}

/** A name as a word of its own. */
const named = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
/** Called: a name alone may be that of an option, or a word. */
const called = (text: string, name: string): boolean => new RegExp(`\\b${name}\\(`).test(text);
/** Called at the beginning of code in a text. */
const explained = (text: string, name: string): boolean => text.includes(`\`${name}(`);

const guideOfLayers = textOf('docs/guide/layers.md');
/** The table of layers, and the guides that it refers to. */
const tableOfLayers = /^\| layer \|[\s\S]*?\n\n/m.exec(guideOfLayers)![0];
const guidesOfLayers = [
  tableOfLayers,
  ...new Set([...tableOfLayers.matchAll(/\]\(([\w-]+\.md)/g)].map(([, file]) => textOf(`docs/guide/${file}`))),
].join('\n');
/** The sentence of it that lists the activations. */
const listOfActivations = /[^.]*`'linear'`[^.]*\./.exec(guideOfLayers)![0];

/** Places that lack a name, as `file: name`. */
const lacking = (names: readonly string[], places: Record<string, (name: string) => boolean>): string[] =>
  Object.entries(places).flatMap(([place, has]) =>
    names.filter((name) => !has(name)).map((name) => `${place}: ${name}`),
  );

const inFile = (file: string, has = named) => ({ [file]: (name: string) => has(textOf(file), name) });

describe('a part of models is named in all places', () => {
  /** What the library exports, and what can be saved. */
  let [layers, losses, parts]: string[][] = [];
  let exported: Record<string, Maker>;
  const saved = Object.values(makers).flatMap((each) => Object.keys(each));

  beforeAll(() => {
    exported = functionsReturning('Layer', 'Corruption', 'Penalty', 'Loss', 'Normalize');
    expect(Object.keys(exported)).toEqual(expect.arrayContaining(['dense', 'maskNoise', 'sparsity', 'minMax']));
    parts = [...new Set([...Object.keys(exported), ...saved])];
    layers = parts.filter((name) => exported[name]?.type === 'Layer' || name in makers.layers);
    losses = parts.filter((name) => exported[name]?.type === 'Loss' || name in makers.losses);
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
    expect(
      lacking(layers, {
        'the table of docs/guide/layers.md, or a guide that it links to': (name) => explained(guidesOfLayers, name),
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
    const taking = parts.filter((name) => exported[name]?.takesArguments ?? true);
    expect(parts.filter((name) => !taking.includes(name))).toEqual(expect.arrayContaining(['flatten', 'unitNorm']));
    expect(taking).toContain('deadLatents');
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
      'the list in docs/guide/layers.md': (name) => listOfActivations.includes(`\`'${name}'\``),
    }),
  ).toEqual([]);
});

describe('a place that lacks a name', () => {
  it('is reported', () => {
    const places = { 'a.ts': (name: string) => named('export { dense };', name), 'b.ts': () => true };
    expect(lacking(['dense', 'den'], places)).toEqual(['a.ts: den']);
    expect(called('dense and conv2d(3)', 'conv2d')).toBe(true);
    expect(called('`dense` is a dense layer', 'dense')).toBe(false);
    expect(explained('| `flatten()`, `reshape(shape)` |', 'reshape')).toBe(true);
    // An option of data, and a call in an example.
    expect(explained('with `scale` or `scale: 2`; y = scale(2)', 'scale')).toBe(false);
  });
});
