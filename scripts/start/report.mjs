import { reportPage, settingSection } from './report-page.mjs';
import { adapter, counted, duration, loss, measured, parts, trainingSeconds, text, whole } from './words.mjs';

/** @typedef {import('../../app/job.ts').JobResult} JobResult */
/** @typedef {import('./outputs.mjs').Circumstances} Circumstances */

/**
 * Returns the report as one HTML file.
 * @param {JobResult} result
 * @param {Circumstances} circumstances
 */
export function reportHtml(result, circumstances) {
  const { title, unit, test, pictures, summary, settings, adapter: info } = result;
  const body = `<section class="figures" aria-label="Results">
<div class="main-figure"><strong>${loss(test.loss)}</strong><span>on ${whole(settings.testImages)} test images, ${text(unit)}</span></div>
${figures(result)
  .map(([value, name]) => `<div><strong>${value}</strong><span>${text(name)}</span></div>`)
  .join('\n')}
</section>
${pictures.map(figure).join('\n')}
${settingSection(info, circumstances, command(settings, circumstances.data), summary)}
<section>
<details>
<summary>Loss by epoch</summary>
${trainings(result).map(table).join('\n')}
</details>
</section>`;
  return reportPage({ title: `${title}: ${loss(test.loss)} ${unit}`, heading: title, lead: lead(result), body });
}

/** @param {JobResult} result */
function lead({ settings, steps, stopped, adapter: info }) {
  const trained =
    steps < settings.steps ? `${whole(steps)} of ${counted(settings.steps, 'step')}` : counted(steps, 'step');
  const where =
    stopped?.training && `: ${stopped.training}, after ${whole(stopped.steps)} of ${counted(settings.steps, 'step')}`;
  const end = stopped ? ` Stopped by hand${where}.` : '';
  return `Trained on ${whole(settings.images)} images in ${trained}, in Chrome through WebGPU, on ${adapter(info)}.${end}`;
}

/**
 * Returns the figures below the test loss with their names.
 * @param {JobResult} result
 * @returns {[string, string][]}
 */
function figures(result) {
  const { test, references, numbers, steps, imagesSeen, seconds } = result;
  return [
    ...parts(test).map(({ name, value }) => /** @type {[string, string]} */ ([loss(value), name])),
    ...[...references, ...numbers].map(({ name, value }) => /** @type {[string, string]} */ ([measured(value), name])),
    ...(steps > 0 ? [/** @type {[string, string]} */ ([whole(imagesSeen / seconds), 'images a second'])] : []),
    [duration(trainingSeconds(result)), 'of training'],
  ];
}

/**
 * Returns the trainings in order; a single one has an empty name.
 * @param {JobResult} result
 * @returns {{ name: string, epochs: import('../../app/subject.ts').Figures[] }[]}
 */
function trainings({ pretraining, epochs, rivals }) {
  const name = pretraining.length ? 'all layers' : rivals.length ? 'the model' : '';
  return [...pretraining, { name, epochs }, ...rivals];
}

/** @param {ReturnType<typeof trainings>[number]} training */
function table({ name, epochs }) {
  const [first] = epochs;
  if (!first) return '';
  const names = parts(first).map((part) => part.name);
  return `<table>
${name && `<caption>${text(name)}</caption>`}
<thead><tr>${['Epoch', 'Mean training loss', ...names].map((title) => `<th>${text(title)}</th>`).join('')}</tr></thead>
<tbody>
${epochs.map((epoch, i) => `<tr>${[i + 1, loss(epoch.loss), ...parts(epoch).map(({ value }) => loss(value))].map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table>`;
}

/**
 * @param {JobResult['settings']} settings
 * @param {string} [data] a folder other than MNIST's
 */
function command({ model, images, batch, epochs, steps, seed }, data) {
  const amount = epochs ? `--epochs ${epochs}` : `--steps ${steps}`;
  return `npm start -- --model ${model} ${amount} --batch ${batch} --images ${images} --seed ${seed}${data ? ` --data ${data}` : ''}`;
}

/** @param {JobResult['pictures'][number]} picture */
function figure({ title, caption, variants }) {
  // The browser takes the first source that fits; the last one, without a condition, is for all other browsers.
  const fits = { wide: '(min-width: 700px)', narrow: '(max-width: 699px)' };
  const sources = variants.map(
    ({ theme, size, width, height, png }) =>
      `<source media="${fits[size]} and (prefers-color-scheme: ${theme})" width="${width}" height="${height}" srcset="data:image/png;base64,${png}">`,
  );
  const [first] = variants;
  return `<figure>
<h2>${text(title)}</h2>
<picture>
${sources.slice(1).join('\n')}
<img alt="${text(caption)}" width="${first?.width}" height="${first?.height}" src="data:image/png;base64,${first?.png}">
</picture>
<figcaption>${text(caption)}</figcaption>
</figure>`;
}
