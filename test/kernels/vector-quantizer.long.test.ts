import { it } from 'vitest';
import {
  expectMoved,
  expectQuantized,
  expectTallied,
  expectTalliedInBlocks,
  nameOf,
  type Sizes,
} from '../support/vector-quantizer.ts';

/** Below and past a quad of entries and a workgroup's columns, with rows that are not real. */
const sizes: Sizes[] = [
  { rows: 3, real: 2, perRow: 1, columns: 5, entries: 3 },
  { rows: 33, real: 31, perRow: 1, columns: 8, entries: 32 },
  { rows: 2, real: 1, perRow: 300, columns: 68, entries: 6 },
];

const named = sizes.map((each) => [nameOf(each), each] as const);

it.each(named)('takes the nearest entries and passes gradients straight through: %s', (_, shape) =>
  expectQuantized(shape),
);

it.each(named)('counts entries and sums their vectors: %s', (_, shape) => expectTallied(shape));

it('counts entries and sums their vectors in stretches of two blocks', () =>
  expectTalliedInBlocks({ rows: 3, real: 2, perRow: 300, columns: 5, entries: 6 }));

it.each(named)('moves by averages, and revives dead entries: %s', (_, shape) => expectMoved(shape));
