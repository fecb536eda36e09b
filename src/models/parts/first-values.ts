import { OptionError, OutOfMemoryError } from '../../errors.ts';
import type { Gpu } from '../../runtime/device.ts';
import { Parameters } from '../../runtime/parameters.ts';
import { toInside, type Layout } from './layout.ts';
import type { PlacedLayer } from './placed-layers.ts';

/** Finds a weight's initial values by the name and in the layout that users and files see. */
export type SavedValues = (name: string, shape: readonly number[]) => Float32Array;

/** A network or another object with parameters. */
export interface Holder {
  /** The number of trained values. */
  readonly parameterCount: number;
  readonly placed: readonly Pick<PlacedLayer, 'name' | 'parameters'>[];
}

/** Checks that networks have weights to train; `what` names them in the message. @throws OptionError */
export function checkTrained(what: string, networks: readonly Holder[]): void {
  if (!networks.some(({ parameterCount }) => parameterCount))
    throw new OptionError(`${what} has nothing to train: give it a layer with weights, such as dense`);
}

/**
 * Makes the weights of networks with their full names and initial values, which are given or drawn from a seed. Each
 * list of networks has a place of its own.
 * @throws OutOfMemoryError where drawn weights would not fit into one buffer of the device
 */
export function makeParameters(
  gpu: Gpu,
  networkLists: readonly (readonly Holder[])[],
  seed: number,
  savedValues?: SavedValues,
): Parameters<Layout>[] {
  if (!savedValues) checkSize(gpu, networkLists.flat());
  let drawn = 0;
  const first = ({ name: prefix, parameters }: Holder['placed'][number]) =>
    parameters.map(({ name, role, shape, parts, layout, initial }) => {
      const [full, fullParts] = [`${prefix}.${name}`, parts?.map((part) => `${prefix}.${part}`)];
      const values = savedValues ? joined(fullParts ?? [full], shape, layout, savedValues) : initial(seed, drawn++);
      return { name: full, role, shape, initial: values, parts: fullParts, layout };
    });
  const values = networkLists.map((networks) => networks.flatMap(({ placed }) => placed.flatMap(first)));
  const made: Parameters<Layout>[] = [];
  try {
    for (const each of values) made.push(new Parameters(gpu, each));
    return made;
  } catch (error) {
    for (const each of made) each.dispose();
    throw error;
  }
}

/**
 * Checks the size before any weight is drawn, since the host may not have the memory either.
 * @throws OutOfMemoryError
 */
function checkSize({ device: { limits } }: Gpu, networks: readonly Holder[]): void {
  const bytes = networks.reduce((sum, { parameterCount }) => sum + 4 * parameterCount, 0);
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  if (!(bytes <= most))
    throw new OutOfMemoryError(
      `the weights take ${bytes} bytes, more than the ${most} this adapter allows in one buffer`,
    );
}

/** Returns a weight's values as they are stored on the device, from the given values of its parts. */
function joined(
  names: readonly string[],
  shape: readonly number[],
  layout: Layout | undefined,
  savedValues: SavedValues,
): Float32Array {
  const part = layout?.shape ?? shape.map((side, i) => (i ? side : side / names.length));
  const parts = names.map((name) => savedValues(name, part));
  const inside = layout ? parts.map((values) => toInside(values, layout)) : parts;
  if (inside.length === 1) return inside[0];
  const all = new Float32Array(inside.reduce((sum, { length }) => sum + length, 0));
  inside.forEach((values, i) => all.set(values, i * values.length));
  return all;
}
