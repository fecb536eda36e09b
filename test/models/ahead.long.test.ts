import { it } from 'vitest';
import { expectTheSameAhead } from '../support/ahead.ts';

it('the same history and the same bits of more steps an epoch than are read together', () =>
  expectTheSameAhead(2100, { epochs: 1, batchSize: 1 }, { steps: 5, batchSize: 1 }));
