import { type Weights } from '../reference/convolutional.ts';

export async function weightsOf(model: {
  weights(): Promise<Record<string, { data: Float32Array }>>;
}): Promise<Weights> {
  return Object.fromEntries(
    Object.entries(await model.weights()).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
}
