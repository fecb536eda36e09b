import { describe, expect, it } from 'vitest';
import { gather, scatter } from '../../src/kernels/step.ts';
import { drawn, examples, expectRows, expectStrided, expectWidth, put, sources } from '../support/gathering.ts';
import { Draw } from '../support/random.ts';
import { recording, runOne } from '../support/run.ts';

// Each width is a pipeline of its own: gather.long.test.ts has more.
const widths = [1, 3, 4, 65];

describe.each(sources)('gather, bytes $bytes, ordered $ordered', (source) => {
  it.each(widths)('reads rows of %i', (columns) => expectWidth(columns, source));
});

describe.each([
  [false, 4],
  [false, 5],
  [true, 8],
  [true, 3],
])('gather, bytes %s, rows of %i', (bytes, columns) => {
  const values = drawn(columns, examples * columns, bytes);

  it('reads rows of a ring', async () => {
    const { memory } = await recording();
    const [window, batch] = [8, 3];
    for (const position of [0, 6, 7, 12]) {
      // What a ring holds that has just come past the batch.
      const ring = new Float32Array(window * columns);
      for (let row = 0; row < Math.min(examples, position + batch); row++)
        ring.set(values.subarray(row * columns, (row + 1) * columns), (row % window) * columns);
      const source = { data: put(memory, ring, bytes), window, bytes, columns, scale: 1 };
      await expectRows({ source, values, batch, position });
    }
  });

  it('reads each row from its piece', async () => {
    const { memory } = await recording();
    const data = [[0, 4], [4, 4], [8, 5]].map(([first, count]) => {
      const part = values.slice(first * columns, (first + count) * columns);
      return { first, count, data: put(memory, part, bytes) };
    }); // prettier-ignore
    const source = { data, bytes, columns, scale: 1 };
    for (const position of [0, 6, 12]) await expectRows({ source, values, batch: 6, position, ordered: true });
  });
});

/** Overlapping and side by side with values left out between them; rows of whole words and not; [values of a row, values from one to the next]. */
const strided = [
  [1, 2],
  [5, 1],
  [8, 4],
  [6, 4],
];

describe.each([false, true])('gather reads rows that overlap or have gaps, bytes %s', (bytes) => {
  it.each(strided)('of %i values, %i apart', (columns, stride) => expectStrided(columns, stride, bytes));
});

it('gather reads more values than a dimension has workgroups', async () => {
  const [columns, rows] = [65537, 65];
  const { memory, tape, state } = await recording({ examples: 1, batch: rows });
  const data = memory.put(Float32Array.from({ length: columns }, (_, i) => i));
  const x = await runOne(tape, gather(tape, { data, bytes: false, columns, scale: 1 }, state, rows));
  expect(x.findIndex((v, i) => v !== i % columns)).toBe(-1);
});

describe('scatter', () => {
  it.each([1, 3, 4, 65])(
    'appends the real rows of %i to those of earlier steps, and writes nothing else',
    async (columns) => {
      const [examples, batch] = [11, 4];
      for (const { slot, position } of [
        { slot: 0, position: 0 },
        { slot: 1, position: 4 },
        { slot: 2, position: 8 },
        { slot: 1, position: 8 },
      ]) {
        const { memory, tape, state } = await recording({ examples, batch, position, slot });
        const y = new Draw(columns).floats(batch * columns);
        const out = memory.put(new Float32Array(examples * columns).fill(7), [examples, columns]);
        scatter(tape, memory.put(y, [batch, columns]), state, out, columns);
        const actual = await runOne(tape, out);
        const wanted = new Float32Array(examples * columns).fill(7);
        wanted.set(y.subarray(0, Math.min(batch, examples - position) * columns), slot * batch * columns);
        expect(actual).toEqual(wanted);
      }
    },
  );
});
