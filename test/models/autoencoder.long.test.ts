import { expect, it } from 'vitest';
import { dense } from '../../src/index.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';

it('reads large results in pieces', async () => {
  const wide = await makeModel({
    input: 1,
    encoder: [dense(20_000)],
    decoder: [dense(1)],
    loss: 'mse',
  });
  const data = new Draw(1).floats(700);
  const { data: codes } = await wide.encode(data); // 700 × 20,000 values are two pieces of 32 MiB
  const weight = (await wide.weights())['encoder.0.weight'].data;
  for (const row of [0, 418, 419, 511, 512, 699])
    expect(codes[row * 20_000 + 7]).toBe(Math.fround(data[row] * weight[7]));
});
