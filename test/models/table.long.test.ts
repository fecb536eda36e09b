import { it } from 'vitest';
import { dense, topK, vectorQuantizer } from '../../src/index.ts';
import { expectToDecode } from '../support/table-codes.ts';
import { tableOf } from '../support/tables.ts';

it.each([vectorQuantizer(4), topK(2)])('a code of a table by $name trains, and decodes to tables', async (code) =>
  expectToDecode(await tableOf(64), [dense(8), code]),
);
