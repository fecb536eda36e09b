import { describe, expect, it } from 'vitest';
import { sharedGpu } from '../support/gpu.ts';
import { families, messagesOf } from '../support/variants.ts';

describe('every variant compiles without messages', () => {
  it.each(Object.entries(families))('of %s', async (_, shaders) => {
    expect(await messagesOf(await sharedGpu(), shaders)).toEqual([]);
  });
});
