// Checks the package as its users get it: that it has the right files and needs no other package, that its types and
// modules load, and that each bundler makes pages of it that train. Run it after `npm run build`.
import { checkBuilt } from './built.mjs';
import { runMain } from './failure.mjs';
import { checkContents, checkManifest } from './package/contents.mjs';
import { withProject } from './package/project.mjs';
import { checkTypes } from './package/types.mjs';
import { checkShaking } from './package/shaking.mjs';
import { checkPages } from './package/pages.mjs';
import { root } from './setup.mjs';

await runMain(async () => {
  checkBuilt(root, 'npm run check:package');
  await checkManifest();
  await checkShaking();
  await withProject(async (project) => {
    checkContents(project);
    checkTypes(project);
    await checkPages(project);
  });
});
