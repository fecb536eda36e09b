import { adapter as adapterWords } from '../start/words.mjs';
import { number, ours } from './tables.mjs';

const width = 760;
const left = 130;
const right = 120;
const bar = 18;
/** @type {Record<string, string>} */
const colors = {
  [ours]: '#0072b2',
  'jax-js': '#e69f00',
  'jax-js Wasm': '#009e73',
  'PyTorch eager': '#56b4e9',
  'tf.js fit': '#cc79a7',
  'tf.js minimize': '#999999',
};

/**
 * Returns a chart of the milliseconds of a training step, with a group of bars for each model, on a logarithmic scale.
 * @param {import('../../bench/results.ts').Results} results
 */
export function chart({ models, adapter, runtime }) {
  const times = models.flatMap(({ peers }) => Object.values(peers).map(({ ms }) => ms));
  const [least, most] = [Math.min(...times) / 2, Math.max(...times)];
  const x = (/** @type {number} */ ms) =>
    left + ((width - left - right) * Math.log(ms / least)) / Math.log(most / least);
  let y = 66;
  const groups = models.map(({ title, peers }) => {
    const heading = `<text x="12" y="${y}" class="title">${title}</text>`;
    const bars = Object.entries(peers).map(([name, { ms }]) => {
      y += bar + 4;
      const end = x(ms).toFixed(1);
      const ratio = name === ours ? '' : ` (${(ms / peers[ours].ms).toFixed(1)} ×)`;
      return `<text x="${left - 8}" y="${y}" class="name">${name}</text><rect x="${left}" y="${y - bar + 4}" width="${(Number(end) - left).toFixed(1)}" height="${bar}" fill="${colors[name] ?? '#666'}"/><text x="${Number(end) + 6}" y="${y}">${number(ms)}${ratio}</text>`;
    });
    y += 34;
    return [heading, ...bars].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="Milliseconds of a training step, by library">
<style>
svg { background: #fff; } text { font: 13px system-ui, sans-serif; fill: #222; } .title { font-weight: 600; } .name { text-anchor: end; } .head { font-size: 16px; font-weight: 600; }
@media (prefers-color-scheme: dark) { svg { background: #16181c; } text { fill: #e6e6e6; } }
</style>
<text x="12" y="24" class="head">Milliseconds of a training step, less is better (logarithmic)</text>
<text x="12" y="44">${adapterWords(adapter)}, ${runtime}</text>
${groups.join('\n')}
</svg>
`;
}
