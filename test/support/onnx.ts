/** Another engine, onnxruntime, runs what `toOnnx` writes. A test calls `startEngine` first. */
import { InferenceSession, Tensor, env } from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { expect } from 'vitest';
import type { AutoencoderSpec, Matrix } from '../../src/index.ts';
import { expectNear } from './close.ts';
import { smallModel } from './model.ts';
import { Draw } from './random.ts';

export function startEngine(): void {
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm };
}

/** What another engine makes of a file. */
export async function runOnnx(
  file: Uint8Array,
  { data, shape }: Matrix,
  labels?: readonly number[],
): Promise<Record<string, Matrix>> {
  const session = await InferenceSession.create(file);
  const [first, ...others] = session.inputNames;
  expect(others).toEqual(labels ? ['label'] : []);
  const label = labels && { label: new Tensor('int64', BigInt64Array.from(labels, BigInt), [labels.length]) };
  const results = await session.run({ [first]: new Tensor('float32', data, shape), ...label });
  const found = session.outputNames.map((name): [string, Matrix] => [
    name,
    { data: results[name].data as Float32Array, shape: [...results[name].dims] },
  ]);
  await session.release();
  return Object.fromEntries(found);
}

export function expectSame(actual: Matrix, expected: Matrix, what: string): void {
  expect(actual.shape, what).toEqual(expected.shape);
  expectNear(actual.data, expected.data, 1e-5, what);
}

/** Trains a small model for some steps and compares all parts of its ONNX files, for batches of two sizes. */
export async function expectTheSameElsewhere(changes: Partial<AutoencoderSpec>): Promise<void> {
  const model = await smallModel(changes);
  const { inputShape } = model.encoder;
  const features = inputShape.reduce((product, n) => product * n, 1);
  const rows = (count: number): Matrix => ({
    data: new Draw(count).floats(count * features, 0, 1),
    shape: [count, ...inputShape],
  });
  await model.fit(rows(20), { steps: 5 });
  for (const count of [1, 7]) {
    const data = rows(count);
    const code = await model.encode(data);
    const encoded = await runOnnx(await model.toOnnx('encoder'), data);
    expectSame(encoded.code, code, 'code');
    const kind = model.encoder.layers.at(-1)!.code?.kind;
    if (kind === 'gaussian') expectSame(encoded.logvar, (await model.posterior(data)).logvar, 'logvar');
    else if (kind === 'vectorQuantizer') {
      const { data: indices, shape } = await model.indices(data);
      expect(encoded.indices).toEqual({ data: BigInt64Array.from(indices, BigInt), shape });
    } else expect(Object.keys(encoded)).toEqual(['code']);
    expectSame(
      (await runOnnx(await model.toOnnx('decoder'), code)).reconstruction,
      await model.decode(code),
      'decoded',
    );
    expectSame(
      (await runOnnx(await model.toOnnx(), data)).reconstruction,
      await model.reconstruct(data),
      'reconstruction',
    );
  }
  model.dispose();
}
