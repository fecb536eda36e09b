import { describe, expect, it } from 'vitest';
import { sharedGpu } from '../support/gpu.ts';
import { families, messagesOf, type Text } from '../support/variants.ts';

/** At most 16 of a family, as far apart as they lie. An odd distance changes the options of two values. */
function some(shaders: readonly Text[]): Text[] {
  const apart = Math.ceil(shaders.length / 16) | 1;
  return shaders.filter((_, i) => i % apart === 0);
}

describe('some variants compile without messages', () => {
  it.each(Object.entries(families))('of %s', async (_, shaders) => {
    expect(await messagesOf(await sharedGpu(), some(shaders))).toEqual([]);
  });
});
