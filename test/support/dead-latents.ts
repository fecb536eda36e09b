import { expect } from 'vitest';
import { deadLatents, type AutoencoderSpec } from '../../src/index.ts';
import { countIdle, explanationLoss, resampled, topKAmong } from '../reference/dead-latents.ts';
import { forward } from '../reference/layers.ts';
import { tenStepsSeed as seed, type Added } from './ten-steps.ts';

/** A penalty of deadLatents, and what float64 makes of it. */
export function twinOf(
  { encoder, decoder }: Pick<AutoencoderSpec, 'encoder' | 'decoder'>,
  after: number,
  k: number,
  resample?: number,
): Added {
  const weight = 0.5;
  return {
    penalty: deadLatents({ after, k, weight, ...(resample && { resample }) }),
    twin(weights, base, x, step) {
      const tell = () => {};
      const code = forward(encoder, 'encoder', base, x, tell);
      const counted = countIdle(base['penalty.0.idle'], code.data);
      const dead = Array.from(counted, (count) => count >= after);
      if (!dead.includes(true)) return { loss: 0, counted: { 'penalty.0.idle': counted } };
      const y = forward(decoder, 'decoder', base, code, tell).data;
      const z = topKAmong(forward(encoder.slice(0, -1), 'encoder', weights, x, tell).data, dead, k);
      const loss = weight * explanationLoss({ x: x.data, y, z, w: weights['decoder.0.weight'] }, dead.length);
      if (!resample) return { loss, counted: { 'penalty.0.idle': counted } };
      const before = {
        encoder: base['encoder.0.weight'],
        encoderBias: base['encoder.0.bias'],
        decoder: base['decoder.0.weight'],
        decoderBias: base['decoder.0.bias'],
        idle: counted,
      };
      const e = x.data.map((value, i) => value - y[i]);
      const now = resampled(before, e, resample, { seed, step });
      const changed = {
        'encoder.0.weight': now.encoder,
        'encoder.0.bias': now.encoderBias!,
        'decoder.0.weight': now.decoder,
      };
      return { loss, counted: { 'penalty.0.idle': now.idle }, changed };
    },
    check({ epochs }) {
      // Dead ones come up on the way, and of those the loss is told.
      expect(epochs[0].dead).toBeLessThan(epochs[2].dead!);
      expect(epochs[2].deadLatents).toBeGreaterThan(0);
      const { loss, reconstruction, deadLatents } = epochs[2];
      expect(loss).toBeCloseTo(reconstruction + weight * deadLatents!, 6);
    },
  };
}
