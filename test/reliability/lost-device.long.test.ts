import { describe, expect, it } from 'vitest';
import { autoencoder, DeviceLostError, type Gpu } from '../../src/index.ts';
import { faulty } from '../support/faulty.ts';
import { images } from '../support/members.ts';
import { errorOf } from '../support/model.ts';
import { thorough, tried } from '../support/thorough.ts';
import { dense, gaussian } from '../../src/index.ts';

const everyNth = thorough ? 1 : 11;

/** No call may be open so long after its device is gone. */
const openMs = 5000;

/** Everything a page may have under way at once. */
async function atOnce(gpu: Gpu): Promise<Record<string, Promise<unknown>>> {
  const set = await images(gpu);
  const model = await autoencoder(gpu, {
    input: 64,
    encoder: [dense(10, 'relu'), gaussian(2)],
    decoder: [dense(64, 'sigmoid')],
    loss: 'bce',
  });
  return {
    fit: model.fit(set, {
      epochs: 3,
      batchSize: 8,
      validation: 0.25,
      restoreBest: true,
      progressEveryMs: 0,
      onProgress: () => {},
    }),
    encode: model.encode(set),
    reconstruct: model.reconstruct(new Float32Array(640)),
    evaluate: model.evaluate(set),
    save: model.save(),
    weights: model.weights(),
    sample: model.sample(5),
  };
}

/** What a call has come to, at the latest so long after the loss. */
function ended(promise: Promise<unknown>, lost: Promise<unknown>): Promise<unknown> {
  const open = lost.then(() => new Promise((resolve) => setTimeout(resolve, openMs, 'still open')));
  return Promise.race([
    promise.then(
      () => 'done',
      (error: unknown) => error,
    ),
    open,
  ]);
}

const ownDevice = async () => (await navigator.gpu.requestAdapter())!.requestDevice();

describe('a destroyed device', () => {
  it(
    'at any moment of a fit, during other calls, ends each call as a DeviceLostError',
    { timeout: 600_000 },
    async ({ task }) => {
      let losses = 0;
      let rejected = 0;
      for (let at = 0; ; at += everyNth) {
        const { gpu, operations } = faulty(await ownDevice(), 'loss', at);
        const calls = await atOnce(gpu).catch((error: unknown) => ({ making: Promise.reject(error as Error) }));
        const outcomes = await Promise.all(
          Object.entries(calls).map(async ([name, promise]) => [name, await ended(promise, gpu.lost)] as const),
        );
        for (const [name, outcome] of outcomes) {
          if (outcome === 'done') continue;
          expect(outcome, `${name}, destroyed at operation ${at}`).toBeInstanceOf(DeviceLostError);
          rejected++;
        }
        // How many there are goes by the machine's pace: this run had fewer, and passed undisturbed.
        if (operations() <= at) {
          expect(outcomes.map(([, outcome]) => outcome)).toEqual(outcomes.map(() => 'done'));
          gpu.device.destroy();
          break;
        }
        await gpu.lost;
        expect(await errorOf(images(gpu)), `a call after operation ${at}`).toBeInstanceOf(DeviceLostError);
        losses++;
      }
      // Most of them come while something is under way.
      expect(rejected).toBeGreaterThan(losses);
      tried(
        task,
        'the device destroyed at the start of an asynchronous operation of a fit, during calls of encode, reconstruct, evaluate, save, weights and sample',
        losses,
        `${rejected} calls rejected with DeviceLostError, none pending after 5 s`,
      );
    },
  );
});
