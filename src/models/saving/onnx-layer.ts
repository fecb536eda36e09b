import type { OnnxGraph } from '../../files/onnx.ts';

/** The destination of a network's export. */
export interface Target {
  readonly graph: OnnxGraph;
  /** Functions that add further values of the code to the graph, by the names of the outputs. */
  readonly extraOutputs: Map<string, () => ExtraOutput>;
}

/** A value of the graph beside a code, [batch, …shape]. */
export interface ExtraOutput {
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
  /** Returns the name of a weight in the graph; undefined if the layer has no such weight. */
  weight(name: string): string | undefined;
  /** Writes the layers inside a layer, and returns the name of their output for `x`. */
  inner(x: string): string;
  /** Whether its weight is the transposed weight of another layer. */
  readonly transposed: boolean;
}

/** Writes a layer: returns the name of its output for the name of its input. */
type Lower = (target: Target, x: string, layer: WrittenLayer) => string;

/**
 * How a layer is written, and the order of values that it takes. `channels` means images and sequences with their
 * channels first, or flat features.
 */
export interface Lowering {
  readonly lower: Lower;
  readonly takes: 'flat' | 'image' | 'either' | 'channels';
}

/** Makes a lowering for values in the order of this library, with channels last. */
export const flat = (lower: Lower): Lowering => ({ lower, takes: 'flat' });

/** Makes a lowering for images or sequences with their channels first. */
export const image = (lower: Lower): Lowering => ({ lower, takes: 'image' });

/** Returns the operands of a product, without those that are absent. */
export const operands = (x: string, weight: string | undefined, bias: string | undefined): string[] => [
  x,
  weight!,
  ...(bias ? [bias] : []),
];
