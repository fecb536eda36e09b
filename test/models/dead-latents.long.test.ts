import { describe, it } from 'vitest';
import { dense, topK, type AutoencoderSpec } from '../../src/index.ts';
import { twinOf } from '../support/dead-latents.ts';
import { expectTenSteps } from '../support/ten-steps.ts';

describe.each<[string, Pick<AutoencoderSpec, 'encoder' | 'decoder'>, after: number, k: number]>([
  ['narrow, with more dead latents asked for than there are', { encoder: [dense(7), topK(2)], decoder: [dense(5)] }, 5, 7],
  ['of a few units', { encoder: [dense(9, 'tanh'), topK(2)], decoder: [dense(5)] }, 8, 3],
  ['of a batch', { encoder: [dense(9, 'tanh'), topK(2, { batch: true })], decoder: [dense(5)] }, 8, 2],
  ['wide', { encoder: [dense(40, 'gelu'), topK(2)], decoder: [dense(5)] }, 6, 2],
  ['wide, where only what is dead is asked sparsely', { encoder: [dense(40, 'tanh'), topK(5)], decoder: [dense(5)] }, 6, 1],
])('deadLatents of a code that is %s', (_, parts, after, k) => {
  it('takes the first ten Adam steps as float64 does, to 1e-5, the counts too', async () => {
    await expectTenSteps({ input: [5], ...parts }, [0, 1], twinOf(parts, after, k));
  });
}); // prettier-ignore
