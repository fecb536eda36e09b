/** The playground's view of tables, as its tests drop files on it and read it. */
import { page } from './playground.ts';

/** Two hundred rows of a machine: heat is twice the power. Row 78 has another heat, row 51 no power. As a European spreadsheet writes it. */
export function machine(): string {
  const rows = Array.from({ length: 200 }, (_, i) => {
    const power = 10.5 + (i % 9);
    const time = `2026-01-01T00:${String(i % 60).padStart(2, '0')}:00Z`;
    const cells = [`id-${i}`, time, i % 9 < 4 ? 'low' : 'high', i === 77 ? 40 : 2 * power, i === 50 ? '' : power];
    return cells.map((cell) => (typeof cell === 'number' ? `${cell}`.replace('.', ',') : cell)).join(';');
  });
  return ['id;time;state;heat;power', ...rows].join('\r\n');
}

/** Drops a file on the page, as one does from a folder. */
export async function dropped(name: string, content: string): Promise<void> {
  await page.evaluate(
    (name, content) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    },
    name,
    content,
  );
}

/** Until what was dropped has been learned and all of it is shown. */
export async function learned(): Promise<void> {
  await page
    .waitForFunction(
      `/^Learned/.test(document.querySelector('#t-state')?.textContent) &&
       (document.querySelector('#tables').dataset.view === 'series' ||
        (document.querySelector('.t-row[data-index="0"] dd') && document.querySelector('#t-map-caption').textContent))`,
      { timeout: 90_000 },
    )
    .catch(async () => {
      const says = await page.evaluate(
        `document.querySelector('#t-state')?.textContent + ' ' + document.querySelector('#notice').textContent`,
      );
      throw new Error(`nothing was learned; the page says: ${String(says)}`);
    });
}

/** The rows in sight, the strangest first. */
export const shownRows = () =>
  page.$$eval('.t-row', (rows) =>
    (rows as HTMLElement[])
      .sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index))
      .map((row) => ({
        head: row.querySelector('.t-head')!.textContent,
        why: row.querySelector('.t-why')!.textContent,
        cells: Object.fromEntries(
          [...row.querySelectorAll('.t-cells > div')].map((cell) => [
            cell.querySelector('dt')!.textContent,
            cell.querySelector('dd')!.textContent,
          ]),
        ),
        guilty: [...row.querySelectorAll('.guilty dt')].map((name) => name.textContent),
      })),
  );
