import MagicString from 'magic-string';
import type { Plugin } from 'vite';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Removes comments, indentation and spaces around operators from the text of `wgsl` templates, which minifiers of
 * JavaScript leave unchanged. The preprocessor's conditions stay on lines of their own.
 */
export function compactWgsl(): Plugin {
  return {
    name: 'compact-wgsl',
    // Runs last, when TypeScript's types have been removed.
    enforce: 'post',
    transform(code, id) {
      if (!/\/shaders\/[\w-]+\.ts(\?.*)?$/.test(id)) return null;
      const text = new MagicString(code);
      for (const { start, end } of wgslTexts(this.parse(code))) {
        const whole = code.slice(start, end);
        const compacted = compact(whole);
        if (compacted !== whole) text.update(start, end, compacted);
      }
      return { code: text.toString(), map: text.generateMap({ source: id, hires: 'boundary' }) };
    },
  };
}

export function compact(wgsl: string): string {
  return (
    wgsl
      .replace(/\/\*[^]*?\*\//g, '')
      .replace(/\/\/.*/g, '')
      .replace(/[ \t]*\n\s*/g, '\n')
      .replace(/ ?([=+*/%^,;:{}()<>&|]) ?/g, '$1')
      // Two minus signs in a row would be another operator.
      .replace(/ - (?!-)/g, '-')
      // Line breaks are kept around conditions, and before values of the template, which may begin with one.
      .replace(/(?<=(?:^|\n)(?:[^#\n][^\n]*)?[;{}(,])\n(?=[^#\n])/g, '')
  );
}

/** Yields the pieces of text between the values of all `wgsl` templates in a syntax tree. */
function* wgslTexts(node: unknown): Generator<Node> {
  if (node === null || typeof node !== 'object') return;
  if (isWgsl(node)) yield* node.quasi.quasis;
  for (const child of Object.values(node)) yield* wgslTexts(child);
}

function isWgsl(node: object): node is { quasi: { quasis: Node[] } } {
  return 'tag' in node && (node.tag as { name?: string }).name === 'wgsl';
}
