/** A table like a log or an export: correlated numbers and texts, with some blanks. */

/** The columns of texts, by the number of their different texts. */
const texts = [2, 3, 5, 8, 12, 20, 30, 40, 60, 100];
const numbers = 20;
export const columnCount = numbers + texts.length;

const blankShare = 0.02;
const rowsInPiece = 5000;

/** Returns `rows` rows as a stream of CSV, the same on every machine. */
export function csvStream(rows: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const draw = lcg(1);
  const cell = (c: number, hidden: readonly number[]): string => {
    const value = hidden[c % hidden.length] + 0.2 * draw();
    if (draw() < blankShare) return '';
    if (c < numbers) return (10 ** ((c % 5) - 2) * value).toPrecision(6);
    const count = texts[c - numbers];
    return `text${Math.min(count - 1, Math.floor((value / 1.2) * count))}`;
  };
  const head = Array.from({ length: columnCount }, (_, c) => (c < numbers ? `number${c}` : `text${c - numbers}`));
  let row = 0;
  return new ReadableStream(
    {
      pull(controller) {
        const lines = row ? [] : [head.join(',')];
        for (const end = Math.min(rows, row + rowsInPiece); row < end; row++) {
          const hidden = [draw(), draw(), draw(), draw()];
          lines.push(Array.from({ length: columnCount }, (_, c) => cell(c, hidden)).join(','));
        }
        controller.enqueue(encoder.encode(`${lines.join('\n')}\n`));
        if (row >= rows) controller.close();
      },
    },
    { highWaterMark: 1 },
  );
}

/** Returns a linear congruential generator, which is fast, since the text has 30 numbers in each row. */
function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
