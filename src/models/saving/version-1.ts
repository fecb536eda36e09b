/**
 * The weights that have another order in files of version 1 of the format. There, networks did not know of each other's
 * images and sequences, apart from the two halves of an autoencoder, and a Gaussian code did not know what it becomes.
 */
import type { Around, Layer } from '../parts/layer.ts';
import { stridesOf, type Layout } from '../parts/layout.ts';
import type { Network } from '../parts/network.ts';
import { imageAhead, imageBehind, placeLayers, takeSequences } from '../parts/placed-layers.ts';

/** Returns the layouts that such weights have in files of version 1, by the names of weights. */
export function layoutsOfVersion1(kind: string, networks: readonly Network[]): Map<string, Layout> {
  const found = new Map<string, Layout>();
  const arounds = aroundsOf(kind, networks);
  networks.forEach(({ layers, inputShape, placed }, i) => {
    const then = placeLayers('', layers, inputShape, arounds[i]);
    placed.forEach(({ layer, name: prefix, input, parameters }, at) => {
      const earlier = layer.parameters(input, aroundOf(layer, then[at].around));
      parameters.forEach(({ name, parts = [name], layout }, n) => {
        if (!layout) return; // There were no layouts that have gone since.
        const old = earlier[n].layout ?? asStored(layout);
        if (orderOf(old) !== orderOf(layout)) for (const part of parts) found.set(`${prefix}.${part}`, old);
      });
    });
  });
  return found;
}

/** Returns what the networks of a model knew of each other. */
function aroundsOf(kind: string, [first, second]: readonly Network[]): Around[] {
  if (kind === 'classifier') return [first.around, { ...second.around, before: first.flattened }];
  if (kind !== 'autoencoder') return [{}, {}];
  const sequences = takeSequences([...first.layers, ...second.layers]);
  const code = { after: imageAhead(second.layers, first.outputShape, sequences), sequences };
  const last = placeLayers('', first.layers, first.inputShape, code).at(-1)!;
  return [code, { before: imageBehind(last), sequences }, {}];
}

const aroundOf = ({ code }: Layer, around: Around): Around =>
  code?.kind === 'gaussian' ? { ...around, after: undefined } : around;

const asStored = ({ shape }: Layout): Layout => ({ sides: shape, axes: shape.map((_, i) => i), shape });

/** Describes the order of a layout's values by strides and counts; equal orders have equal descriptions. */
function orderOf({ sides, axes }: Layout): string {
  const strides = stridesOf(sides);
  const runs: [stride: number, count: number][] = [];
  for (const axis of axes.filter((axis) => sides[axis] > 1)) {
    const [stride, count] = [strides[axis], sides[axis]];
    const last = runs.at(-1);
    if (last?.[0] === stride * count) runs.splice(-1, 1, [stride, count * last[1]]);
    else runs.push([stride, count]);
  }
  return runs.join(' ');
}
