import { expect, it } from 'vitest';
import { adam, dense, gan } from '../../src/index.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { Draw } from '../support/random.ts';

it('a GAN learns a distribution', async () => {
  const hidden = () => dense(16, 'leakyRelu');
  const spec = { code: 3, generator: [hidden(), dense(1)], discriminator: [hidden()], seed: 3 };
  const model = forThisTest(await gan(await sharedGpu(), spec));
  // Two humps, at −2 and 2.
  const draw = new Draw(9);
  const numbers = draw.floats(2000, -0.5, 0.5).map((value, i) => value + (i % 2 ? 2 : -2));
  await model.fit(numbers, {
    epochs: 60,
    batchSize: 100,
    generator: adam(2e-3, { beta1: 0.5 }),
    discriminator: adam(2e-3, { beta1: 0.5 }),
  });
  const { data: made } = await model.sample(1000, { seed: 1 });
  const near = made.filter((value) => Math.abs(Math.abs(value) - 2) < 1).length;
  const right = made.filter((value) => value > 0).length;
  expect(near).toBeGreaterThan(700);
  expect(right).toBeGreaterThan(200);
  expect(right).toBeLessThan(800);
});
