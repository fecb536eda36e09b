/** The benchmark as a page of the site, which a visitor can run to copy the result. */
import packageJson from '../../package.json';
import { openGpu } from '../../src/index.ts';
import { measure, openLibrary, works, type Measured } from './measure.ts';

const element = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;
const [run, copy, state] = [element<HTMLButtonElement>('run'), element<HTMLButtonElement>('copy'), element('state')];
const number = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const cells = ({ title, msPerStep, imagesPerSecond, gflops }: Measured): string[] => [
  title,
  ...[msPerStep, imagesPerSecond, gflops].map(number),
];

let result = '';
run.onclick = () => void measureAll();
copy.onclick = () => void copyResult();

async function measureAll(): Promise<void> {
  run.disabled = true;
  copy.hidden = true;
  const rows = element('result').querySelector('tbody')!;
  rows.replaceChildren();
  try {
    const adapter = await adapterName();
    element('adapter').textContent = adapter;
    const peer = await openLibrary();
    const found: Measured[] = [];
    for (const work of works) {
      state.textContent = `${found.length + 1} of ${works.length}: ${work.title} …`;
      const measured = await measure(peer, work);
      found.push(measured);
      rows.append(rowOf(cells(measured)));
      element('result').hidden = false;
    }
    result = report(adapter, found);
    state.textContent = 'Done.';
    copy.hidden = false;
    element('explained').hidden = false;
  } catch (error) {
    state.textContent = (error as Error).message;
  } finally {
    run.disabled = false;
  }
}

async function adapterName(): Promise<string> {
  const gpu = await openGpu();
  const { vendor, architecture, description, isFallback } = gpu.info;
  gpu.close();
  const name = [vendor, architecture, description].filter(Boolean).join(' ') || 'an adapter without a name';
  return `Adapter: ${name}${isFallback ? ', which computes on the processor' : ''}`;
}

function rowOf(texts: readonly string[]): HTMLTableRowElement {
  const row = document.createElement('tr');
  row.append(
    ...texts.map((text) => {
      const cell = document.createElement('td');
      cell.textContent = text;
      return cell;
    }),
  );
  return row;
}

/** Returns the result as Markdown, with everything that a comparison with another result needs. */
function report(adapter: string, found: readonly Measured[]): string {
  const lines = [
    ['model', 'ms per step', 'images per second', 'GFLOP/s'],
    ['---', '---:', '---:', '---:'],
    ...found.map(cells),
  ];
  return [
    `latentgpu ${packageJson.version}, ${new Date().toISOString().slice(0, 10)}`,
    adapter,
    navigator.userAgent,
    '',
    ...lines.map((line) => `| ${line.join(' | ')} |`),
  ].join('\n');
}

async function copyResult(): Promise<void> {
  try {
    await navigator.clipboard.writeText(result);
    state.textContent = 'Copied.';
  } catch (error) {
    state.textContent = `The browser does not let this page copy: ${(error as Error).message}`;
  }
}
