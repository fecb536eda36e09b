import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/root.ts';

/** Paths are relative to the repository, with slashes. */
const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const pages = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((file) => `docs/${file.replaceAll(path.sep, '/')}`)
  .filter((file) => file.endsWith('.md'))
  .sort();
const guides = pages.filter((file) => file.startsWith('docs/guide/'));

interface Block {
  /** Of the Markdown, and the line of it in which the code begins, from 0 on. */
  readonly file: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** The fenced blocks of a Markdown file. A fence that nothing closes goes on to the end. */
function blocksOf(file: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; line: number; language: string; code: string[] } | undefined;
  const close = () => {
    if (open) blocks.push({ file, line: open.line, language: open.language, code: open.code.join('\n') });
    open = undefined;
  };
  markdown.split(/\r?\n/).forEach((text, i) => {
    const [, fence, language] = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(text) ?? [];
    if (!open && fence) open = { fence, line: i + 1, language, code: [] };
    else if (open && fence?.startsWith(open.fence) && !language) close();
    else open?.code.push(text);
  });
  close();
  return blocks;
}

/** The blocks in the doc comments of a source file, with the lines of the source. */
function examplesOf(file: string, source: string): Block[] {
  const comments = [...source.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)];
  return comments.flatMap(({ 0: comment, index }) => {
    const above = source.slice(0, index).split('\n').length - 1;
    const text = comment.replaceAll(/^[ \t]*\/?\*+[ /]?/gm, '');
    return blocksOf(file, text).map((block) => ({ ...block, line: block.line + above }));
  });
}

/** A block that says `// folder/file.ts` at the top of each of its parts is these files, so that they can import their neighbours and each other. */
function filesOf(block: Block): Map<string, Block> {
  const files = new Map<string, Block>();
  const lines = block.code.split('\n');
  const starts = lines.flatMap((text, i) => (/^\/\/ \S+\/\S+\.ts$/.test(text) ? [i] : []));
  if (!starts.length) files.set(path.join(root, `${block.file}.${block.line}.${block.language}`), block);
  starts.forEach((start, i) =>
    files.set(path.join(root, lines[start].slice(3)), {
      ...block,
      line: block.line + start,
      code: lines.slice(start, starts[i + 1]).join('\n'),
    }),
  );
  return files;
}

/**
 * What the compiler says of the blocks, as `file:line: message (code)`, lines counted in the Markdown. Each block is a module of its own beside its
 * Markdown, where it does not say otherwise; all are one program with the sources, so that the library is read once. The sources themselves are checked by `npm run typecheck`.
 */
function compile(blocks: readonly Block[]): { problems: string[]; program: ts.Program } {
  // A file that exists counts, not the block that shows it: CONTRIBUTING's examples can be tried as they are.
  const modules = new Map(blocks.flatMap((block) => [...filesOf(block)].filter(([name]) => !existsSync(name))));
  const source = (name: string) => path.join(root, 'src', name);
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    // Only a page's types are in sight: a use of Node in a guide is an error.
    types: ['@webgpu/types'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    allowImportingTsExtensions: true,
    verbatimModuleSyntax: true,
    allowJs: true,
    checkJs: true,
    strict: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    skipLibCheck: true,
    noEmit: true,
    paths: {
      latentgpu: [source('index.ts')],
      'latentgpu/worker': [source('worker.ts')],
      'latentgpu/kernels': [source('kernels.ts')],
      'latentgpu/runtime': [source('runtime.ts')],
    },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getCurrentDirectory = () => root;
  host.fileExists = (name) => modules.has(path.normalize(name)) || fileExists(name);
  host.readFile = (name) => modules.get(path.normalize(name))?.code ?? readFile(name);
  host.getSourceFile = (name, language, ...rest) => {
    const block = modules.get(path.normalize(name));
    return block ? ts.createSourceFile(name, block.code, language) : getSourceFile(name, language, ...rest);
  };
  const program = ts.createProgram(
    [...modules.keys(), source('index.ts'), path.join(root, 'shaders/wgsl-preprocessor.d.ts')],
    options,
    host,
  );
  const told = ({ file, start = 0, messageText, code }: ts.Diagnostic): string => {
    const block = file && modules.get(path.normalize(file.fileName));
    const at = file?.getLineAndCharacterOfPosition(start).line ?? 0;
    const place = block ? `${block.file}:${block.line + at + 1}` : (file?.fileName ?? 'options');
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')} (TS${code})`;
  };
  const ofBlocks = [...modules.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return {
    problems: [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...ofBlocks].map(told),
    program,
  };
}

/** The functions that an entry point exports, by name: how many examples each has in its description. */
function functionsOf(program: ts.Program, file: string): Map<string, number> {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(path.join(root, file))!)!;
  const called = checker.getExportsOfModule(module).flatMap((symbol): [string, number][] => {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (!(meant.flags & ts.SymbolFlags.Value) || !checker.getTypeOfSymbol(meant).getCallSignatures().length) return [];
    const examples = meant.getJsDocTags(checker).filter(({ name }) => name === 'example');
    return [[symbol.name, examples.length]];
  });
  return new Map(called);
}

/** Markdown without what stands in it as code. */
const prose = (markdown: string): string => {
  const lines = markdown.split(/\r?\n/);
  for (const { line, code } of blocksOf('', markdown)) lines.fill('', line - 1, line + code.split('\n').length);
  return lines.join('\n').replaceAll(/`[^`\n]*`/g, '');
};

/** What a heading can be linked to by, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+\s+(.*)$/gm)].map(([, heading]) => anchorOf(heading));

/** Relative links of a Markdown file that lead nowhere, as `file: target`. */
function deadLinks(file: string, markdown: string): string[] {
  const targets = [
    ...prose(markdown).matchAll(/\]\(\s*<?([^)\s>]+)/g),
    ...prose(markdown).matchAll(/\b(?:src|href)="([^"]+)"/g),
  ].map((match) => match[1]);
  return targets.flatMap((target) => {
    if (/^([a-z][a-z+.-]*:|\/\/)/i.test(target)) return [];
    const [address, anchor] = decodeURI(target).split('#');
    const to = address ? path.join(root, path.dirname(file), address) : path.join(root, file);
    if (address && !existsSync(to)) return [`${file}: ${target}`];
    const text = address ? (to.endsWith('.md') ? readFileSync(to, 'utf8') : undefined) : markdown;
    return anchor && text !== undefined && !anchorsOf(text).includes(anchor) ? [`${file}: ${target}`] : [];
  });
}

describe('the code in the guides', () => {
  const inMarkdown = [...guides, 'CONTRIBUTING.md'];
  const inComments = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => `src/${file.replaceAll(path.sep, '/')}`)
    .filter((file) => file.endsWith('.ts') && examplesOf(file, textOf(file)).length > 0)
    .sort();
  const checked = [...inMarkdown, ...inComments];
  const blocks = [
    ...inMarkdown.flatMap((file) => blocksOf(file, textOf(file))),
    ...inComments.flatMap((file) => examplesOf(file, textOf(file))),
  ].filter(({ language }) => language === 'ts' || language === 'js');
  const inTypeScript = ['```ts', "import { dense } from 'latentgpu';", '', "dense('32');", '```'];
  const inJavaScript = ['```js', "import { openGpu } from 'latentgpu';", '', 'await openGpu({ adaptor: 1 });', '```'];
  const inDescription = ['', '/**', ' * Makes one.', ...inTypeScript.map((line) => ` * ${line}`), ' */'].join('\n');
  const invented = [
    ...blocksOf('docs/guide/wrong.md', ['A guide', ...inTypeScript, 'and', ...inJavaScript].join('\n')),
    ...examplesOf('src/wrong.ts', inDescription),
  ];
  let { problems, program } = {} as ReturnType<typeof compile>;
  beforeAll(() => {
    ({ problems, program } = compile([...blocks, ...invented]));
  });
  const of = (file: string): string[] => problems.filter((problem) => problem.startsWith(`${file}:`));

  it('exists', () => expect(guides.length).toBeGreaterThan(0));

  it('states its language, and a formula that it is text, as highlighters assume JavaScript', () => {
    const all = [...inMarkdown, 'README.md'].flatMap((file) => blocksOf(file, textOf(file)));
    expect(all.filter(({ language }) => !language).map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });

  it('is in the description of every exported function', () => {
    const functions = functionsOf(program, 'src/index.ts');
    expect(functions.get('autoencoder')).toBe(2);
    expect([...functions].flatMap(([name, examples]) => (examples ? [] : [name]))).toEqual([]);
  });

  it('is checked against the library: a wrong block is reported with its line', () => {
    expect(of('docs/guide/wrong.md')).toEqual([
      expect.stringMatching(/^docs\/guide\/wrong\.md:5: Argument of type 'string' .* \(TS2345\)$/),
      expect.stringMatching(/^docs\/guide\/wrong\.md:11: .*'adaptor' does not exist in type 'GpuOptions'.* \(TS\d+\)$/),
    ]);
    expect(of('src/wrong.ts')).toEqual([expect.stringMatching(/^src\/wrong\.ts:7: .* \(TS2345\)$/)]);
  });

  it.each(checked)('compiles: %s', (file) => expect(of(file)).toEqual([]));

  it('has no errors outside of the blocks', () => {
    const files = [...checked, 'docs/guide/wrong.md', 'src/wrong.ts'];
    expect(problems.filter((problem) => !files.some((file) => problem.startsWith(`${file}:`)))).toEqual([]);
  });

  it('and the text name every exported function', () => {
    const all = guides.map(textOf).join('\n');
    const functions = [...functionsOf(program, 'src/index.ts').keys()];
    expect(functions).toEqual(expect.arrayContaining(['autoencoder', 'minMax', 'rocAuc']));
    // Some are words of English: counted is a call, or the name alone as code.
    expect(functions.filter((name) => !new RegExp(`\\b${name}\\(|\`${name}\``).test(all))).toEqual([]);
  });
});

describe('the messages in docs/guide/troubleshooting.md', () => {
  const file = 'docs/guide/troubleshooting.md';
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => textOf(path.posix.join('src', name.replaceAll(path.sep, '/'))))
    .join('\n')
    // What stands in a template where nothing more is known: ${message || 'no reason given'}.
    .replaceAll(/\$\{[^{}]*\|\| '([^']*)'\}/g, '$1');
  const quoted = (markdown: string): string[] =>
    blocksOf(file, markdown).flatMap(({ language, code }) => (language === 'text' ? code.split('\n') : []));
  const unknown = (markdown: string): string[] => quoted(markdown).filter((line) => !sources.includes(line));

  it('are reported if the library does not write them', () => {
    expect(unknown('```text\nWebGPU found no GPU adapter\nWebGPU found no rhubarb\n```')).toEqual([
      'WebGPU found no rhubarb',
    ]);
  });

  it('are those of the library', () => {
    expect(quoted(textOf(file)).length).toBeGreaterThan(3);
    expect(unknown(textOf(file))).toEqual([]);
  });

  it('belong to existing errors, each of which has a row', () => {
    const named = [...textOf(file).matchAll(/`(\w+Error)`/g)].map(([, name]) => name);
    const rows = [...textOf(file).matchAll(/^\| `(\w+Error)`/gm)].map(([, name]) => name);
    const classes = [...textOf('src/errors.ts').matchAll(/^export class (\w+) /gm)].map(([, name]) => name);
    expect(classes).toContain('GpuUnavailableError');
    expect(named.filter((name) => !classes.includes(name))).toEqual([]);
    expect([...rows].sort()).toEqual([...classes].sort());
  });
});

describe('ARCHITECTURE.md', () => {
  const text = textOf('ARCHITECTURE.md');
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name);
  const isPath = (name: string) => /^(src|shaders|test|app|bench|scripts|docs|examples)\//.test(name);

  it('names existing files and folders', () => {
    const paths = code.filter(isPath);
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });

  it('names each file that gives processors other code', () => {
    // device.ts and data.ts hold the flag and do not ask for it.
    const holding = ['src/runtime/device.ts', 'src/worker/data.ts'];
    const asking = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .map((file) => `src/${file.replaceAll(path.sep, '/')}`)
      .filter((file) => file.endsWith('.ts') && !holding.includes(file) && textOf(file).includes('isFallback'));
    const told = /^A processor [\s\S]*?\n\n/m.exec(text)![0];
    const named = [...told.matchAll(/`(src\/[^`]+)`/g)].map(([, file]) => file);
    expect(named.sort()).toEqual(asking.sort());
  });

  it('names, in each row, declarations of its files', () => {
    // The nouns and the path of a step; the other tables name folders.
    const rows = text.split('\n').filter((line) => line.startsWith('|') && /`src\/[\w/-]+\.ts`/.test(line));
    const named = rows.flatMap((row) => {
      const names = [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      const files = names.filter((name) => name.endsWith('.ts')).map(textOf);
      return names.filter((name) => /^\w+$/.test(name) && name !== 'fit').map((name) => ({ name, files }));
    });
    const declares = (name: string) =>
      new RegExp(`(class|interface|function|const) ${name}\\b|^  (async )?${name}\\(`, 'm');
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ name, files }) => !files.some((file) => declares(name).test(file)))).toEqual([]);
  });
});

/** Where a guide has figures: what comes out of a model, or of a simpler method. */
const outcome = (markdown: string): string =>
  /^## (?:What comes out|When something simpler is enough)$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(markdown)?.[1] ?? '';

describe('the figures in the guides', () => {
  const results = textOf('docs/RESULTS.md');
  const foreign = (text: string): string[] =>
    (prose(text).match(/\d+\.\d+/g) ?? []).filter(
      (figure) => !new RegExp(`(?<![\\d.])${figure.replace('.', '\\.')}(?!\\d)`).test(results),
    );

  it('are reported if no command has printed them', () => {
    expect(
      foreign(outcome('# A\n0.1234\n## What comes out\n\n| 0.0915 | 0.12345 |\n`1.2345`\n## Pitfalls\n0.4321')),
    ).toEqual(['0.12345']);
  });

  it.each(guides)('are those of docs/RESULTS.md: %s', (file) => expect(foreign(outcome(textOf(file)))).toEqual([]));
});

describe('links', () => {
  it('are reported if they lead nowhere', () => {
    const markdown =
      '# A b, c\n[a](nowhere.md) [b](../RESULTS.md) [c](#a-b-c) [d](#no) [e](https://x.example/y.md) `[f](code.md)`\n```\n[g](code.md)\n```\n![h](no.png)';
    expect(deadLinks('docs/guide/wrong.md', markdown)).toEqual([
      'docs/guide/wrong.md: nowhere.md',
      'docs/guide/wrong.md: #no',
      'docs/guide/wrong.md: no.png',
    ]);
  });

  it.each([...pages, 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])('lead to a target: %s', (file) =>
    expect(deadLinks(file, textOf(file))).toEqual([]),
  );
});
