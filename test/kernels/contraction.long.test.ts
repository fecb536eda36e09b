import { describe, expect, it } from 'vitest';
import { activationNames } from '../../src/kernels/activation.ts';
import { Draw } from '../support/random.ts';
import { drawn, check } from '../support/contractions.ts';

const smooth = activationNames.filter((name) => name !== 'relu' && name !== 'leakyRelu');

describe('one layer, in closed form', () => {
  it.each(activationNames)('of %s', async (activation) => {
    for (const [inputs, units] of [
      [7, 5],
      [8, 4],
    ]) {
      const { labels } = await check(
        drawn(new Draw(inputs), [inputs, units], [activation], { rows: 5, real: 3 }),
        2e-6,
        `${inputs}-${units}`,
      );
      expect(labels).toContain('value with gradient');
    }
  });
});

describe.each([false, true])('with an estimate: %s', (estimate) => {
  it('takes random sizes and activations', async () => {
    const draw = new Draw(Number(estimate));
    for (let i = 0; i < 5; i++) {
      const sizes = Array.from({ length: draw.whole(2, 4) }, () => draw.whole(1, 9));
      const activations = sizes.slice(1).map(() => draw.pick(smooth));
      const rows = draw.whole(1, 9);
      await check(
        drawn(draw, sizes, activations, { rows, real: draw.whole(1, rows), estimate }),
        4e-6,
        `${rows} rows, ${sizes} of ${activations}`,
      );
    }
  });
});
