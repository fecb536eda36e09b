import type { Around, Layer, ParameterSpec } from './layer.ts';
import type { Image, Images } from './layout.ts';

/** A layer at its position in a network. Shapes are those of one example. */
export interface PlacedLayer {
  readonly layer: Layer;
  /** The prefix of its weights' names, such as `encoder.0`. */
  readonly name: string;
  readonly input: number[];
  readonly output: number[];
  readonly around: Around;
  /** The weights of the layer at this position. */
  readonly parameters: readonly ParameterSpec[];
}

/** Places layers one after the other, from the shape of an input on. @throws ShapeError where they do not fit */
export function placeLayers(
  name: string,
  layers: readonly Layer[],
  inputShape: number[],
  ends: Around = {},
): PlacedLayer[] {
  const shapes = [inputShape];
  for (const layer of layers) shapes.push(layer.outputShape(shapes.at(-1)!));
  const arounds = aroundEach(layers, shapes, { ...ends, sequences: ends.sequences ?? takeSequences(layers) });
  return layers.map((layer, i) => ({
    layer,
    name: `${name}.${i}`,
    input: shapes[i],
    output: shapes[i + 1],
    around: arounds[i],
    parameters: layer.parameters(shapes[i], arounds[i]),
  }));
}

/** Returns the image whose values a layer's flat output has, if there is one. */
export const imageBehind = ({ layer, input, around }: PlacedLayer): Images | undefined =>
  imageOf(input, around) ?? (mixes(layer, input) ? undefined : around.before);

/** Returns whether any of the layers takes sequences. */
export const takeSequences = (layers: readonly Layer[]): boolean =>
  layers.some(({ sequences, inner = [] }) => sequences ?? takeSequences(inner));

/** Returns the image that layers make of a flat code without mixing its values, if there is one. */
export function imageAhead(layers: readonly Layer[], code: readonly number[], sequences: boolean): Image | undefined {
  let shape = code;
  for (const layer of code.length === 1 ? layers : []) {
    if (mixes(layer, shape)) return undefined;
    shape = layer.outputShape(shape);
    const image = imageOf(shape, { sequences });
    if (image) return image;
  }
  return undefined;
}

/** Returns whether a layer mixes flat values, so that they lose the order of an image. */
export const mixes = (layer: Layer, input: readonly number[]): boolean =>
  !layer.keepsOrder && (layer.units ?? layer.parameters(input, {}).length) > 0;

/**
 * Returns, for each layer, the image whose values its flat input has, and the image that its flat output becomes. A
 * flat vector keeps the order of an image as long as no layer between mixes its values.
 */
function aroundEach(layers: readonly Layer[], shapes: readonly number[][], ends: Around): Around[] {
  const { before, after, sequences } = ends;
  const befores = [before];
  layers.forEach((layer, i) =>
    befores.push(imageOf(shapes[i], ends) ?? (mixes(layer, shapes[i]) ? undefined : befores[i])),
  );
  const afters: (Images | undefined)[] = [after];
  for (let i = layers.length - 1; i > 0; i--)
    afters.unshift(mixes(layers[i], shapes[i]) ? undefined : (imageOf(shapes[i + 1], ends) ?? afters[0]));
  return layers.map((_, i) => ({ before: befores[i], after: afters[i], sequences }));
}

/** Returns an image as a list of one, which `groupNorm` does not refuse. */
export const listed = (image: Images | undefined): Images | undefined => image && [1, ...image];

/** Returns the shape as that of an image, if it is the shape of an image or of a sequence. */
export function imageOf(shape: readonly number[], { sequences = false }: Around): Image | undefined {
  if (shape.length === 3) return shape as unknown as Image;
  return sequences && shape.length === 2 ? [1, shape[0], shape[1]] : undefined;
}
