/**
 * One variant of each family of shaders, as the device gets it, in test/shaders/expanded: what a template makes of its conditions and chunks can be
 * read there, and a change of a shader is seen in a review. The first line of a file says which variant it has.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { families, type Text } from '../../support/variants.ts';

const renewal = 'after a change on purpose: npx vitest run --project node test/shaders/node/expanded.test.ts -u';

const shaders = new URL('../../../shaders/', import.meta.url);
const expanded = new URL('../expanded/', import.meta.url);
const namesOf = (files: string[]) => files.map((file) => file.replace(/\.\w+$/, '')).sort();

const titleOf = ({ label }: Text): string => `// ${label}`;

/** Conditions and chunks leave lines without anything. */
const readable = (shader: Text): string =>
  `${titleOf(shader)}\n\n${shader.code.replace(/\s*\n(\s*\n)+/g, '\n\n').trim()}\n`;

it.each(Object.entries(families))('%s', async (name, variants) => {
  const file = new URL(`${name}.wgsl`, expanded);
  const title = existsSync(file) && readFileSync(file, 'utf8').split('\n', 1)[0];
  const shader = variants.find((variant) => titleOf(variant) === title) ?? variants[0];
  await expect(readable(shader), renewal).toMatchFileSnapshot(file.pathname);
});

it('each file of shaders has its variants, and each file here its family', () => {
  const files = readdirSync(shaders).filter((file) =>
    /\bshader(<.*>)?\(/.test(file === 'wgsl.ts' ? '' : readFileSync(new URL(file, shaders), 'utf8')),
  );
  expect(Object.keys(families).sort()).toEqual(namesOf(files));
  expect(namesOf(files), 'a file without a family: delete it').toEqual(
    expect.arrayContaining(namesOf(readdirSync(expanded))),
  );
});
