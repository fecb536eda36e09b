import { readFile } from 'node:fs/promises';
import { adapter, text } from './words.mjs';

/**
 * Returns a report as one HTML file that needs no other file and no network: it contains its pictures and its styles.
 * @param {object} parts
 * @param {string} parts.title
 * @param {string} parts.heading
 * @param {string} parts.lead
 * @param {string[]} [parts.styles] style sheets beside report.css
 * @param {string} parts.body HTML, as against the other texts
 */
export async function reportPage({ title, heading, lead, styles = [], body }) {
  const sheets = ['report.css', ...styles].map((name) => readFile(new URL(name, import.meta.url), 'utf8'));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)}</title>
<link rel="icon" href="data:,">
<style>
${(await Promise.all(sheets)).join('')}</style>
</head>
<body>
<header>
<p class="name">latentgpu</p>
<h1>${text(heading)}</h1>
<p class="lead">${text(lead)}</p>
</header>
<main>
${body}
</main>
</body>
</html>
`;
}

/**
 * Returns the section of a report that says how it was made.
 * @param {Parameters<typeof adapter>[0]} info
 * @param {{ browser: string, date: string }} circumstances
 * @param {string} command
 * @param {string} layers of the model, in words
 */
export function settingSection(info, { browser, date }, command, layers) {
  const settings = [
    ['Adapter', adapter(info)],
    ['Browser', browser],
    ['Date', `${date.slice(0, 16).replace('T', ' ')} UTC`],
    ['Command', command],
  ];
  return `<section>
<h2>Setting</h2>
<dl>
${settings.map(([name = '', value = '']) => `<div><dt>${text(name)}</dt><dd>${text(value)}</dd></div>`).join('\n')}
</dl>
<pre tabindex="0">${text(layers)}</pre>
</section>`;
}
