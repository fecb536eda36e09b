import type { OnnxGraph } from '../../files/onnx.ts';

/** What a network is written to. */
export interface Target {
  readonly graph: OnnxGraph;
  /** Values beside the code, by their names outside: each adds its value to the graph on request. */
  readonly beside: Map<string, () => Beside>;
}

/** A value of the graph beside a code, [batch, …shape]. */
export interface Beside {
  readonly value: string;
  readonly shape: readonly number[];
  /** Whether its numbers are int64; otherwise they are float32. */
  readonly whole?: boolean;
}

/** A layer for export. */
export interface WrittenLayer {
  readonly args: readonly unknown[];
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** The name of a weight in the graph; undefined if the layer has no such weight. */
  weight(name: string): string | undefined;
  /** The output of a layer's own layers for `x`. */
  inner(x: string): string;
  /** Whether its weight is the transposed weight of another layer. */
  readonly transposed: boolean;
}

/** Writes a layer: returns the name of its output for the name of its input. */
type Lower = (target: Target, x: string, layer: WrittenLayer) => string;

/** How a layer is written. `channels`: for images and sequences with their channels first, and flat features. */
export interface Lowering {
  readonly lower: Lower;
  readonly takes: 'flat' | 'image' | 'either' | 'channels';
}

/** A lowering for values in the order of this library, images with their channels last. */
export const flat = (lower: Lower): Lowering => ({ lower, takes: 'flat' });

/** A lowering for images or sequences with their channels first. */
export const image = (lower: Lower): Lowering => ({ lower, takes: 'image' });

/** The operands of a product. */
export const operands = (x: string, weight: string | undefined, bias: string | undefined): string[] => [
  x,
  weight!,
  ...(bias ? [bias] : []),
];
