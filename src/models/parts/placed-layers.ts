import type { Around, Layer, ParameterSpec } from './layer.ts';
import type { Image } from './layout.ts';

/** A layer where it stands in a network. Shapes are those of one example. */
export interface PlacedLayer {
  readonly layer: Layer;
  /** How its weights' names begin: `encoder.0`. */
  readonly name: string;
  readonly input: number[];
  readonly output: number[];
  readonly around: Around;
  /** The weights that it has there. */
  readonly parameters: readonly ParameterSpec[];
}

/** Layers in a row, from the shape of an input on. @throws ShapeError where they do not fit */
export function placeLayers(
  name: string,
  layers: readonly Layer[],
  inputShape: number[],
  ends: Around = {},
): PlacedLayer[] {
  const shapes = [inputShape];
  for (const layer of layers) shapes.push(layer.outputShape(shapes.at(-1)!));
  const arounds = aroundEach(layers, shapes, ends);
  return layers.map((layer, i) => ({
    layer,
    name: `${name}.${i}`,
    input: shapes[i],
    output: shapes[i + 1],
    around: arounds[i],
    parameters: layer.parameters(shapes[i], arounds[i]),
  }));
}

/** The image that the flat output of a layer has the values of. */
export const imageBehind = ({ layer, input, around }: PlacedLayer): Image | undefined =>
  isImage(input) ? input : mixes(layer, input) ? undefined : around.before;

/** Whether flat values lose the order that they had as an image. */
export const mixes = (layer: Layer, input: readonly number[]): boolean =>
  !layer.keepsOrder && layer.parameters(input, {}).length > 0;

/**
 * The images whose values a layer's flat input has, and for which its flat output will be taken. A flat vector keeps the order of an image as long
 * as no layer between mixes them.
 */
function aroundEach(layers: readonly Layer[], shapes: readonly number[][], { before, after }: Around): Around[] {
  const befores = [before];
  layers.forEach((_, i) =>
    befores.push(isImage(shapes[i]) ? shapes[i] : mixes(layers[i], shapes[i]) ? undefined : befores[i]),
  );
  const afters: (Image | undefined)[] = [after];
  for (let i = layers.length - 1; i > 0; i--) {
    const next = shapes[i + 1];
    afters.unshift(mixes(layers[i], shapes[i]) ? undefined : isImage(next) ? next : afters[0]);
  }
  return layers.map((_, i) => ({ before: befores[i], after: afters[i] }));
}

const isImage = (shape: readonly number[]): shape is Image => shape.length === 3;
