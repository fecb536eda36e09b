import path from 'node:path';
import ts from 'typescript';

/** Paths are relative to the repository, with slashes: `src/runtime/tape.ts`. */
export type Sources = ReadonlyMap<string, string>;

interface Import {
  file: string;
  line: number;
  /** A path within the repository, or the name of a package. */
  target: string;
  /** Erased when compiled, so it binds nothing at run time. */
  typeOnly: boolean;
  kind: 'import' | 'side effect' | 're-export' | 're-export of everything' | 'when asked';
}

interface Law {
  applies: (file: string) => boolean;
  allows: (imported: Import) => boolean;
  words: string;
}

const entryPoints = ['src/index.ts', 'src/kernels.ts', 'src/runtime.ts', 'src/worker.ts'];
/** What is published in an entry point's place: the same functions, which check their arguments. */
const checked = new Map([
  ['src/checked-kernels.ts', 'src/kernels.ts'],
  ['src/checked-runtime.ts', 'src/runtime.ts'],
]);
const within = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const isEntryPoint = (file: string) => entryPoints.includes(file);

/** What every folder of src/ may import. */
const shared = ['src/errors.ts', 'src/platform.ts'];

/** A folder of src/ may import itself, what all share, and the folders named. */
function folderLaw(
  folder: string,
  others: string[],
  extra?: { words: string; allows: (imported: Import) => boolean },
): Law {
  const allowed = [folder, ...others];
  return {
    applies: within(folder),
    allows: (imported) =>
      shared.includes(imported.target) ||
      allowed.some((other) => within(other)(imported.target)) ||
      (extra?.allows(imported) ?? false),
    words: `${folder} may import only ${[...allowed, ...shared, ...(extra ? [extra.words] : [])].join(', ')}`,
  };
}

/** Who may know whom. A file under src/ or shaders/ that no law names is itself an error, so that a new folder needs a decision. */
const laws: Law[] = [
  {
    applies: within('shaders'),
    allows: ({ target }) => within('shaders')(target) || target === 'wgsl-preprocessor/wgsl-preprocessor.js',
    words: 'shaders may import only shaders and wgsl-preprocessor',
  },
  { applies: (file) => file === 'src/errors.ts', allows: () => false, words: 'src/errors.ts imports nothing' },
  {
    applies: (file) => file === 'src/platform.ts',
    allows: ({ target }) => target === 'src/errors.ts',
    words: 'src/platform.ts may import only src/errors.ts',
  },
  { applies: isEntryPoint, allows: () => true, words: '' },
  {
    applies: (file) => checked.has(file),
    allows: ({ file, target }) => target === checked.get(file) || target === 'src/runtime/arguments.ts',
    words: 'what is published in an entry point’s place imports that and src/runtime/arguments.ts',
  },
  folderLaw('src/runtime', [], {
    words: 'types of shaders/wgsl.ts',
    // The self-test, of which `Gpu` knows nothing but that it can be loaded, is a method of it for its users' sake.
    allows: ({ file, target, typeOnly, kind }) =>
      (target === 'shaders/wgsl.ts' && typeOnly) ||
      // What a device is asked when it is opened.
      (file === 'src/runtime/quads.ts' && target === 'shaders/quads.ts') ||
      (file === 'src/runtime/device.ts' &&
        target === 'src/kernels/self-test.ts' &&
        (typeOnly || kind === 'when asked')),
  }),
  folderLaw('src/kernels', ['src/runtime', 'shaders']),
  folderLaw('src/models', ['src/kernels', 'src/runtime', 'src/data', 'src/files']),
  folderLaw('src/worker', ['src/models', 'src/data', 'src/runtime']),
  folderLaw('src/data', ['src/runtime'], {
    words: 'pako, hyparquet and what unpacks its pages when asked',
    // Files of their own, which are loaded for a gzip or a Parquet file.
    allows: ({ file, target, kind, typeOnly }) =>
      (target === 'pako' && file === 'src/data/gunzip.ts' && kind !== 'side effect') ||
      (target === 'hyparquet' && file === 'src/data/table/parquet.ts' && kind !== 'side effect') ||
      (file === 'src/data/table/parquet-codecs.ts' &&
        ((target === 'hyparquet' && typeOnly) ||
          (/^(hyparquet-compressors\/|fzstd$)/.test(target) && kind === 'when asked'))),
  }),
  folderLaw('src/files', [], {
    words: 'types of src',
    allows: ({ target, typeOnly }) => within('src')(target) && typeOnly,
  }),
  ...['app', 'bench'].map((folder) => ({
    applies: within(folder),
    allows: ({ target }: Import) =>
      within(folder)(target) || isEntryPoint(target) || !/^(src|shaders|test|scripts|app|bench)\//.test(target),
    words: `${folder} may import this library only through ${entryPoints.join(', ')}`,
  })),
];

/** Every breach of the law as a line of text, `file:line: what; law`. */
export function breaches(sources: Sources): string[] {
  const found: string[] = [];
  const all = [...sources].map(([file, text]) => {
    const source = parse(file, text);
    return { file, imports: importsOf(file, source), onlyReexports: onlyReexports(source) };
  });
  for (const { file, imports, onlyReexports } of all) {
    const law = laws.find((candidate) => candidate.applies(file));
    if (!law) {
      found.push(`${file}:1: no law covers this file; add its folder to test/node/importLaw.ts`);
      continue;
    }
    const ours = (within('src')(file) || within('shaders')(file)) && !isEntryPoint(file);
    if (ours && onlyReexports) found.push(`${file}:1: only re-exports; only the entry points may (no inner barrels)`);
    for (const imported of imports) {
      const place = `${file}:${imported.line}`;
      if (!law.allows(imported)) found.push(`${place}: imports ${imported.target}; ${law.words}`);
      if (within('src')(file) && isEntryPoint(imported.target) && checked.get(file) !== imported.target)
        found.push(`${place}: imports ${imported.target}; an entry point is for users, src imports the file itself`);
      if (ours && imported.kind === 'side effect')
        found.push(`${place}: imports ${imported.target} for its side effect; no import has one`);
      if (ours && imported.kind === 're-export of everything')
        found.push(`${place}: re-exports all of ${imported.target}; names are exported one by one`);
    }
  }
  return [...found, ...cycles(all.flatMap(({ imports }) => imports))];
}

/** Imports of types and those made when asked are left out: a cycle does its harm while modules are loaded. */
function cycles(imports: Import[]): string[] {
  const outgoing = new Map<string, Import[]>();
  for (const imported of imports) {
    if (!imported.typeOnly && imported.kind !== 'when asked')
      outgoing.set(imported.file, [...(outgoing.get(imported.file) ?? []), imported]);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: string[]) => {
    for (const imported of outgoing.get(file) ?? []) {
      const start = [...trail, file].indexOf(imported.target);
      if (start >= 0) {
        const circle = [...trail, file].slice(start).concat(imported.target).join(' → ');
        found.push(`${file}:${imported.line}: closes the cycle ${circle}; imports form no cycle`);
      } else if (!done.has(imported.target)) visit(imported.target, [...trail, file]);
    }
    done.add(file);
  };
  for (const file of outgoing.keys()) if (!done.has(file)) visit(file, []);
  return found;
}

function importsOf(file: string, source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean, kind: Import['kind'] = 'import') => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const target = specifier.text.startsWith('.')
      ? path.posix.join(path.posix.dirname(file), specifier.text)
      : specifier.text;
    const line = source.getLineAndCharacterOfPosition(specifier.getStart(source)).line + 1;
    found.push({ file, line, target, typeOnly, kind });
  };
  // An import within a declaration is a call or a type, as `import('pako')`; where there is none, nothing within is looked at.
  const deep = source.text.includes('import(');
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, importsTypesOnly(node), node.importClause ? 'import' : 'side effect');
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier)
      add(node.moduleSpecifier, exportsTypesOnly(node), node.exportClause ? 're-export' : 're-export of everything');
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false, 'when asked');
    if (deep) ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}

/** `import type { A }`, and `import { type A, type B }` alike. */
function importsTypesOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.isTypeOnly) return true;
  const names = importClause.namedBindings;
  return !importClause.name && !!names && ts.isNamedImports(names) && allTypes(names.elements);
}

function exportsTypesOnly({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  return isTypeOnly || (!!exportClause && ts.isNamedExports(exportClause) && allTypes(exportClause.elements));
}

const allTypes = (names: ts.NodeArray<ts.ImportSpecifier | ts.ExportSpecifier>) =>
  names.length > 0 && names.every((name) => name.isTypeOnly);

function onlyReexports({ statements }: ts.SourceFile): boolean {
  return (
    statements.length > 0 &&
    statements.every((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier)
  );
}

/** Comments stay unread: there are many, and nothing in them is an import. */
function parse(file: string, text: string): ts.SourceFile {
  const { Latest: languageVersion } = ts.ScriptTarget;
  return ts.createSourceFile(file, text, { languageVersion, jsDocParsingMode: ts.JSDocParsingMode.ParseNone });
}
