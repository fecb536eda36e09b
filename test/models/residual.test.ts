import { describe, expect, it } from 'vitest';
import {
  activation, autoencoder, conv2d, dense, flatten, gaussian, layerNorm, OptionError, reshape, residual, ShapeError, type AutoencoderSpec,
} from '../../src/index.ts'; // prettier-ignore
import { Pass } from '../../src/models/training/pass.ts';
import { makeState } from '../../src/runtime/state.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { forward } from '../reference/layers.ts';
import { inFloat64 } from '../support/by-differences.ts';
import { expectClose } from '../support/close.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { sharedGpu } from '../support/gpu.ts';
import { makeModel } from '../support/model.ts';
import { Draw } from '../support/random.ts';
import { batchOf, expectTenSteps } from '../support/ten-steps.ts';

const models: Record<string, Pick<AutoencoderSpec, 'encoder' | 'decoder'> & { input: number[] }> = {
  'residuals of features, within each other': {
    input: [5],
    encoder: [residual([dense(4, 'tanh'), residual([dense(4), activation('tanh')]), dense(5)]), dense(3, 'tanh')],
    decoder: [residual([layerNorm(), dense(3)]), dense(5)],
  },
  'a residual of images': {
    input: [3, 2, 2],
    encoder: [residual([conv2d(2, 1, 'tanh'), conv2d(2, 1)]), flatten(), dense(4)],
    decoder: [dense(12), reshape([3, 2, 2])],
  },
};

it.each(Object.entries(models))(
  '%s: takes the first ten Adam steps as float64 does, to 1e-5',
  (_, model) => expectTenSteps(model),
  120_000,
);

describe('weights', () => {
  it('are named like those of a Sequential that adds its input', async () => {
    const model = await makeModel({
      ...models['residuals of features, within each other'],
      input: 5,
      loss: 'mse',
    });
    expect(Object.keys(await model.weights())).toEqual([
      'encoder.0.0.weight',
      'encoder.0.0.bias',
      'encoder.0.1.0.weight',
      'encoder.0.1.0.bias',
      'encoder.0.2.weight',
      'encoder.0.2.bias',
      'encoder.1.weight',
      'encoder.1.bias',
      'decoder.0.0.weight',
      'decoder.0.0.bias',
      'decoder.0.1.weight',
      'decoder.0.1.bias',
      'decoder.1.weight',
      'decoder.1.bias',
    ]);
    expect(model.describe()[0]).toEqual({
      name: 'encoder.0',
      type: 'residual',
      outputShape: [5],
      parameters: 24 + 20 + 25,
    });
  });

  it('are in PyTorch’s order on flat values of an image', async () => {
    const input = [2, 3, 2] as [number, number, number];
    const encoder = [flatten(), residual([dense(7, 'tanh'), dense(12)]), layerNorm(), dense(5)];
    const decoder = [dense(12), residual([dense(12), activation('tanh')]), reshape(input)];
    const model = await makeModel({ input, encoder, decoder, loss: 'mse' });
    const data = new Draw(3).floats(12 * 3);
    const weights = inFloat64(await model.weights());
    const x = batchOf(data, input, [0, 1, 2]);
    const code = forward(encoder, 'encoder', weights, x);
    expectClose((await model.encode(data)).data, code.data, 4e-6);
    expectClose((await model.reconstruct(data)).data, forward(decoder, 'decoder', weights, code).data, 1e-5);
  });
});

it('records one more dispatch than its layers, and two for the gradient', async () => {
  const gpu = await sharedGpu();
  const count = (layers: AutoencoderSpec['encoder']) => {
    const tape = makeTape(gpu);
    const state = forThisTest(makeState(gpu));
    const x = tape.tensor([2, 4]);
    const shape = [4];
    const weights = new Map<string, ReturnType<typeof tape.tensor>>();
    const [layer] = layers;
    for (const { name, shape: sides } of layer.parameters(shape, {})) weights.set(name, tape.tensor(sides));
    const recorded = layer.forward(new Pass(tape, 'train', state), x, (name) => weights.get(name)!, {
      logits: false,
      mean: false,
      input: shape,
    });
    const forward = tape.dispatches.length;
    const y = 'y' in recorded ? recorded.y : recorded;
    tape.differentiate(y, tape.tensor([2, 4]));
    return [forward, tape.dispatches.length - forward];
  };
  const [alone, within] = [count([dense(4)]), count([residual([dense(4)])])];
  expect(within.map((n, i) => n - alone[i])).toEqual([1, 2]);
});

it('refuses layers that change the shape, and a code', async () => {
  const gpu = await sharedGpu();
  const make = (encoder: AutoencoderSpec['encoder']) =>
    autoencoder(gpu, { input: 6, encoder, decoder: [dense(6)], loss: 'mse' });
  await expect(make([residual([dense(4)])])).rejects.toThrow(ShapeError);
  await expect(make([residual([dense(4)])])).rejects.toThrow(
    'residual: its layers turn [6] into [4], but must keep the shape',
  );
  expect(() => residual([dense(4), gaussian(2)])).toThrow(OptionError);
  expect(() => residual([])).toThrow('residual: f must be a list of at least one layer');
});
