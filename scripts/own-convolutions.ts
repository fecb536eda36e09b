import type { Plugin } from 'vite';

const own = '?own';

/**
 * Gives the self-test a separate copy of the convolutions. The self-test is imported on demand, but some bundlers
 * (esbuild) move all code that such a chunk shares with the library into the first chunk, so a page of dense layers
 * would load convolutions.
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
