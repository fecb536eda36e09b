import { expect, it } from 'vitest';
import { withoutBlanks } from '../../src/kernels/blanks.ts';
import { normalize } from '../../src/kernels/normalize.ts';
import { blankCell, blanksAsNaN } from '../../src/runtime/blank.ts';
import { run, runOne, recording } from '../support/run.ts';

it('blanks become 0, and other values do not change', async () => {
  for (const size of [1, 7, 65, 1000]) {
    const { memory, tape } = await recording();
    const x = Float32Array.from({ length: size }, (_, i) => (i % 3 === 2 ? blankCell : ((i % 11) - 5) * 1e37));
    const y = await runOne(tape, withoutBlanks(tape, memory.put(x, [size])));
    expect([...y]).toEqual(Array.from(x, (value, i) => (i % 3 === 2 ? 0 : value + 0)));
  }
});

it('blanks stay blank in normalisation, and have distance 0 from [0, 1]', async () => {
  const { memory, tape } = await recording();
  const x = memory.put([1, blankCell, blankCell, 8, 3, 1], [3, 2]);
  const scaling = { shift: memory.put([1, 2], [2]), spread: memory.put([4, 4], [2]), rest: memory.put([0, 0], [2]) };
  const of = (['free', 'clamped', 'outside'] as const).map((held) => normalize(tape, x, scaling, held, true));
  const [free, clamped, outside] = (await run(tape, of)) as Float32Array[];
  expect([...blanksAsNaN(free)]).toEqual([0, NaN, NaN, 1.5, 0.5, -0.25]);
  expect([...blanksAsNaN(clamped)]).toEqual([0, NaN, NaN, 1, 0.5, 0]);
  expect([...outside]).toEqual([0, 0, 0, 0.5, 0, 0.25]);
});
