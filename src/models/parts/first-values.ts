import { OutOfMemoryError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import { Parameters } from '../../runtime/parameters.ts';
import { toInside, type Layout } from './layout.ts';
import type { PlacedLayer } from './placed-layers.ts';

/** Finds a weight's first values by its name outside, as they are known there. */
export type Given = (name: string, shape: readonly number[]) => Float32Array;

/** A network, or what else has parameters. */
export interface Holder {
  /** Numbers in those that an optimizer changes. */
  readonly parameterCount: number;
  readonly placed: readonly Pick<PlacedLayer, 'name' | 'parameters'>[];
}

/**
 * The weights of networks, each list of them in a place of its own, with their full names and first values: those given, or drawn from a seed.
 * @throws OutOfMemoryError where there are too many to be drawn
 */
export function makeParameters(
  gpu: Gpu,
  places: readonly (readonly Holder[])[],
  seed: number,
  given?: Given,
): Parameters<Layout>[] {
  if (!given) checkSize(gpu, places.flat());
  let drawn = 0;
  const first = ({ name: prefix, parameters }: Holder['placed'][number]) =>
    parameters.map(({ name, role, shape, parts, layout, initial }) => {
      const [full, fullParts] = [`${prefix}.${name}`, parts?.map((part) => `${prefix}.${part}`)];
      const values = given ? joined(fullParts ?? [full], shape, layout, given) : initial(seed, drawn++);
      return { name: full, role, shape, initial: values, parts: fullParts, layout };
    });
  const values = places.map((networks) => networks.flatMap(({ placed }) => placed.flatMap(first)));
  return values.map((each) => new Parameters(gpu, each));
}

/** Looks at the sizes before any weight is drawn: this side may not hold them either. @throws OutOfMemoryError */
function checkSize({ device: { limits } }: Gpu, networks: readonly Holder[]): void {
  const bytes = networks.reduce((sum, { parameterCount }) => sum + 4 * parameterCount, 0);
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  if (!(bytes <= most))
    throw new OutOfMemoryError(
      `the weights take ${bytes} bytes, more than the ${most} this adapter allows in one buffer`,
    );
}

/** Values that are known outside as parts, as they lie on the device. */
function joined(
  names: readonly string[],
  shape: readonly number[],
  layout: Layout | undefined,
  given: Given,
): Float32Array {
  const part = layout?.shape ?? shape.map((side, i) => (i ? side : side / names.length));
  const parts = names.map((name) => given(name, part));
  const inside = layout ? parts.map((values) => toInside(values, layout)) : parts;
  if (inside.length === 1) return inside[0];
  const all = new Float32Array(inside.reduce((sum, { length }) => sum + length, 0));
  inside.forEach((values, i) => all.set(values, i * values.length));
  return all;
}
