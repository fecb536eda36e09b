import type { Plugin } from 'vite';

const own = '?own';

/**
 * Gives the self-test convolutions of its own. It loads when it is asked for, but some bundlers (esbuild) move all code that such a chunk
 * shares with the library into what loads at once: a page of dense layers would bring convolutions along.
 */
export function ownConvolutions(): Plugin {
  return {
    name: 'own-convolutions',
    enforce: 'pre',
    async resolveId(source, importer) {
      const asked = importer?.endsWith(own) || importer?.endsWith('/src/kernels/self-test-cases.ts');
      if (!asked || !/\/(conv2d[\w-]*|window)\.ts$/.test(source)) return null;
      const found = await this.resolve(source, importer!.replace(own, ''), { skipSelf: true });
      return found && `${found.id}${own}`;
    },
  };
}
