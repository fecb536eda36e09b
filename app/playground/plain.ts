import { readSafetensors, type SafeTensor } from '../../src/index.ts';
import { inflated } from './inflate.ts';

/**
 * A decoder of dense layers with relu, and a sigmoid at the end, on the CPU, which is fast enough for one picture at a
 * time.
 */
export type PlainDecoder = (code: ArrayLike<number>) => Float32Array;

export async function fetchDecoder(address: string): Promise<PlainDecoder> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the trained model is missing: ${response.status} ${response.statusText}`);
  const { tensors } = readSafetensors(await inflated(new Uint8Array(await response.arrayBuffer())));
  const layers: { weight: SafeTensor; bias: SafeTensor }[] = [];
  while (tensors[`decoder.${layers.length}.weight`])
    layers.push({ weight: tensors[`decoder.${layers.length}.weight`], bias: tensors[`decoder.${layers.length}.bias`] });
  return (code) =>
    layers.reduce<Float32Array>(
      (x, { weight, bias }, i) => dense(x, weight, bias, i < layers.length - 1),
      Float32Array.from(code),
    );
}

function dense(x: Float32Array, weight: SafeTensor, bias: SafeTensor, inner: boolean): Float32Array {
  const [outputs, inputs] = weight.shape;
  const y = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = bias.data[o];
    for (let i = 0; i < inputs; i++) sum += weight.data[o * inputs + i] * x[i];
    y[o] = inner ? Math.max(0, sum) : 1 / (1 + Math.exp(-sum));
  }
  return y;
}
