// A plugin of TypeDoc for `npm run docs`.
import { Converter, Renderer } from 'typedoc';

/** @typedef {import('typedoc').DeclarationReflection | import('typedoc').SignatureReflection} Described */

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => describeWorker(project));
  // By then, the addresses have been made from the files' names.
  app.renderer.on(Renderer.EVENT_BEGIN, ({ project }) => {
    for (const document of project.documents ?? []) document.name = titleOf(document);
  });
}

/**
 * Returns the title of a page of the guides: its first heading, not the name of its file.
 * @param {import('typedoc').DocumentReflection} document
 */
function titleOf({ name, content }) {
  const [, title = name] = /^# (.+)$/m.exec(content.map(({ text }) => text).join('')) ?? [];
  return title.replaceAll('`', '');
}

/**
 * Copies descriptions to the functions for a worker. They take the same arguments as the functions of the same name in
 * the main entry point, and get their descriptions if they have none.
 * @param {import('typedoc').ProjectReflection} project
 */
function describeWorker(project) {
  const [main, worker] = ['latentgpu', 'latentgpu/worker'].map((name) => project.getChildByName([name]));
  if (!main || !worker) throw new Error('the reference has no module latentgpu or latentgpu/worker');
  /** @param {Described} one @returns {import('typedoc').Comment | undefined} */
  const own = (one) => one.comment ?? ('signatures' in one ? one.signatures?.[0]?.comment : undefined);
  /** @param {import('typedoc').Reflection} reflection @param {string[]} path */
  const visit = (reflection, path) => {
    const described = /** @type {Described} */ (reflection);
    const namesake = /** @type {Described | undefined} */ (main.getChildByName(path));
    const comment = namesake && own(namesake);
    if (path.length && comment && !own(described)) {
      const targets = ('signatures' in described ? described.signatures : undefined) ?? [described];
      for (const target of targets) {
        target.comment = comment.clone();
        // In the worker's module the makers of parts take their arguments as a list, whose items have no names.
        const names = 'parameters' in target ? target.parameters?.map(({ name }) => name) : [];
        target.comment.blockTags = target.comment.blockTags.filter(
          ({ tag, name }) => tag !== '@param' || name === undefined || names?.includes(name),
        );
      }
    }
    if ('children' in described) for (const child of described.children ?? []) visit(child, [...path, child.name]);
  };
  visit(worker, []);
}
