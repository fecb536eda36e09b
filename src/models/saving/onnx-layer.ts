import type { OnnxGraph } from '../../files/onnx.ts';

/** What a network is written to. */
export interface Target {
  readonly graph: OnnxGraph;
  /** What a code has beside itself, by its name outside: each puts its value into the graph, where that is wanted. */
  readonly beside: Map<string, () => Beside>;
}

/** A value of the graph that is handed out beside a code, [batch, …shape]. */
export interface Beside {
  readonly value: string;
  readonly shape: readonly number[];
  /** Whether its numbers are int64; else float32. */
  readonly whole?: boolean;
}

/** A layer as it is to be written. */
export interface WrittenLayer {
  readonly args: readonly unknown[];
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** A weight's name in the graph; undefined where the layer has none of that name. */
  weight(name: string): string | undefined;
  /** Of one that is made of others: what comes out of those, as `x` is. */
  inner(x: string): string;
  /** Whether its weight is another layer's, transposed. */
  readonly transposed: boolean;
}

/** What a layer becomes: its value's name, from that of what goes in. */
type Lower = (target: Target, x: string, layer: WrittenLayer) => string;

/** `channels`: images and sequences with their channels first, and flat features. */
export interface Lowering {
  readonly lower: Lower;
  readonly takes: 'flat' | 'image' | 'either' | 'channels';
}

/** A lowering that takes and gives values in the order of this library, images with their channels last. */
export const flat = (lower: Lower): Lowering => ({ lower, takes: 'flat' });

/** A lowering that takes and gives images, or sequences, with their channels first. */
export const image = (lower: Lower): Lowering => ({ lower, takes: 'image' });

/** What a product takes. */
export const operands = (x: string, weight: string | undefined, bias: string | undefined): string[] => [
  x,
  weight!,
  ...(bias ? [bias] : []),
];
