import { OptionError } from '../../errors.ts';
import { shown } from '../../runtime/options.ts';
import type { Role } from '../../runtime/parameters.ts';
import { streams, uniforms } from '../../runtime/random.ts';
import { sizeOf } from '../../runtime/tensor.ts';
import type { ParameterSpec } from './layer.ts';
import type { Layout } from './layout.ts';

/**
 * The distribution of initial weights: uniform in ±limit, with limit² = 6/(in + out) for `'glorot'` (Glorot & Bengio
 * 2010), 6/in for `'he'` (He et al. 2015) and 3/in for `'lecun'` (LeCun et al. 1998).
 */
export type Initializer = 'glorot' | 'he' | 'lecun';

const limits: Record<Initializer, (inputs: number, outputs: number) => number> = {
  glorot: (inputs, outputs) => Math.sqrt(6 / (inputs + outputs)),
  he: (inputs) => Math.sqrt(6 / inputs),
  lecun: (inputs) => Math.sqrt(3 / inputs),
};

/** Returns the limit of an initializer. @throws OptionError */
export function initialLimit(layer: string, init: Initializer, inputs: number, outputs: number): number {
  if (!Object.keys(limits).includes(init))
    throw new OptionError(
      `${layer}: there is no initializer ${shown(init)}; there are ${Object.keys(limits).join(', ')}`,
    );
  return limits[init](inputs, outputs);
}

/** Draws values uniformly from ±bound. `which` separates these draws from all others of the seed. */
export const spread = (count: number, bound: number, seed: number, which: number): Float32Array =>
  uniforms(count, seed, streams.weights, which).map((u) => (2 * u - 1) * bound);

/** Returns a parameter of a layer that starts as zeros. */
export const zeros = (
  name: string,
  role: Exclude<Role, 'weight'>,
  shape: readonly number[],
  layout?: Layout,
): ParameterSpec => ({ name, role, shape, layout, initial: () => new Float32Array(sizeOf(shape)) });
