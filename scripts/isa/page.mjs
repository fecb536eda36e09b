// Writes docs/GPU.md, which has a section for each compiler, and one for another library. A run replaces the sections
// that it has results for.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';

/** The names of the sections in order. */
const names = ['amd', 'intel', 'adreno', 'jax-js'];

const head = `# What compilers make of the kernels

Written by \`npm run isa -- --write\` on a machine that needs no GPU: the compilers of GPUs' drivers, as Mesa has them, compile for cards that are not there.
Nothing on this page was measured on a GPU.

Registers are those of one invocation; what does not fit into them is spilled into memory. Waves are how many a SIMD or a core holds at once. Workgroup memory is in
bytes. Instructions are those of the vector units, in the loop that multiplies. Two numbers are the least and the most of a way's pipelines: it needs more
instructions where sizes are no multiples of four.
`;

const begin = (/** @type {string} */ name) => `<!-- ${name}: written by npm run isa -->`;
const end = (/** @type {string} */ name) => `<!-- end of ${name} -->`;

/**
 * Replaces sections of the page by their names.
 * @param {string} file
 * @param {Partial<Record<string, string>>} sections
 */
export async function writePage(file, sections) {
  const before = existsSync(file) ? await readFile(file, 'utf8') : '';
  const texts = names.flatMap((name) => {
    const text = sections[name] ?? sectionOf(before, name);
    return text === undefined ? [] : [`${begin(name)}\n\n${text.trim()}\n\n${end(name)}`];
  });
  await writeFile(file, `${head}\n${texts.join('\n\n')}\n`);
}

/** @param {string} page @param {string} name */
function sectionOf(page, name) {
  const [from, to] = [page.indexOf(begin(name)), page.indexOf(end(name))];
  return from < 0 || to < from ? undefined : page.slice(from + begin(name).length, to);
}
