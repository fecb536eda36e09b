// A plugin of TypeDoc for `npm run docs`.
import { Converter, Renderer } from 'typedoc';

/** @typedef {import('typedoc').DeclarationReflection | import('typedoc').SignatureReflection} Described */

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => describeWorker(project));
  // Addresses have been made by then, of the files' names.
  app.renderer.on(Renderer.EVENT_BEGIN, ({ project }) => {
    for (const document of project.documents ?? []) document.name = titleOf(document);
  });
}

/** A page of the guides is called what its first heading says, not as its file. @param {import('typedoc').DocumentReflection} document */
function titleOf({ name, content }) {
  const [, title = name] = /^# (.+)$/m.exec(content.map(({ text }) => text).join('')) ?? [];
  return title.replaceAll('`', '');
}

/**
 * The functions over a worker take what their namesakes of the main entry point take: what has no description there gets the namesake's.
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
        // The makers of parts take theirs as a list there, whose items have no names.
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
