/**
 * Writes ONNX files: a graph of standard operators over float32 tensors, whose first axis is a batch of any size. Field
 * numbers are those of onnx.proto.
 */
import { Message } from './protobuf.ts';

/** The oldest versions with all operators used here, so that old runtimes can read the files. */
const irVersion = 7;
const operatorSet = 13;

/** The domain of operators on texts, a part of the standard with its own version. */
const ofTexts = 'ai.onnx.ml';
const versionOfTexts = 2;

type Attribute = number | string | readonly number[] | readonly string[] | { readonly float: number };

/** Types of a value's elements, by their numbers in onnx.proto. */
const types = { float: 1, int64: 7, string: 8, double: 11 };
export type ElementType = keyof typeof types;

/** A graph under construction. Values are identified by name. */
export class OnnxGraph {
  readonly #nodes: Message[] = [];
  readonly #constants = new Map<string, Message>();
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];
  readonly #outside: ReadonlySet<string>;
  #unnamed = 0;
  #hasTexts = false;

  /** Begins a graph. No value within it gets one of the names in `outside`, which its inputs and outputs may have. */
  constructor(outside: Iterable<string> = []) {
    this.#outside = new Set(outside);
  }

  /** Adds an input, [batch, …shape]. */
  input(name: string, shape: readonly number[], type: ElementType = 'float'): string {
    this.#inputs.push(valueInfo(name, shape, type));
    return name;
  }

  /** Adds an output under its own name. */
  output(name: string, value: string, shape: readonly number[], type: ElementType = 'float'): void {
    this.node('Identity', [value], {}, name);
    this.#outputs.push(valueInfo(name, shape, type));
  }

  /** Adds constant numbers, once for each name. */
  floats(name: string, data: Float32Array, shape: readonly number[]): string {
    return this.#constant(name, 1, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), shape);
  }

  /** Adds a constant number. */
  float(name: string, value: number): string {
    return this.floats(name, Float32Array.of(value), []);
  }

  /** Adds a constant number in double precision. */
  double(name: string, value: number): string {
    return this.#constant(name, 11, new Uint8Array(Float64Array.of(value).buffer), []);
  }

  /** Adds constant whole numbers, for operators that take shapes. */
  integers(name: string, values: readonly number[]): string {
    return this.#constant(name, 7, new Uint8Array(BigInt64Array.from(values, BigInt).buffer), [values.length]);
  }

  /** Adds an operator and returns its result. '' stands for an omitted input. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    result = this.#numbered(operator),
  ): string {
    this.#push(operator, inputs, attributes, [result]);
    return result;
  }

  /** Adds the reshaping of a value to [batch, …shape]. */
  reshape(value: string, shape: readonly number[]): string {
    return this.node('Reshape', [value, this.integers(`shape.${shape.join('x')}`, [-1, ...shape])]);
  }

  /** Adds an operator with several results. */
  nodes(
    operator: string,
    inputs: readonly string[],
    results: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const names = Array.from({ length: results }, () => this.#numbered(operator));
    this.#push(operator, inputs, attributes, names);
    return names;
  }

  /** Converts texts to numbers, or numbers to texts, by the standard's operator for it. */
  labels(input: string, attributes: Readonly<Record<string, Attribute>>): string {
    this.#hasTexts = true;
    const result = this.#numbered('LabelEncoder');
    this.#push('LabelEncoder', [input], attributes, [result], ofTexts);
    return result;
  }

  toBytes(name: string): Uint8Array<ArrayBuffer> {
    const graph = new Message()
      .each(this.#nodes, (message, node) => message.message(1, node))
      .text(2, name)
      .each([...this.#constants.values()], (message, constant) => message.message(5, constant))
      .each(this.#inputs, (message, input) => message.message(11, input))
      .each(this.#outputs, (message, output) => message.message(12, output));
    const file = new Message()
      .int(1, irVersion)
      .text(2, 'latentgpu')
      .message(7, graph)
      .message(8, new Message().text(1, '').int(2, operatorSet));
    return (this.#hasTexts ? file.message(8, new Message().text(1, ofTexts).int(2, versionOfTexts)) : file).toBytes();
  }

  #numbered(operator: string): string {
    return this.#within(`${operator}.${this.#unnamed++}`);
  }

  /** Returns a name that no input or output has. */
  #within(name: string): string {
    return this.#outside.has(name) ? this.#within(`_${name}`) : name;
  }

  #push(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    results: readonly string[],
    domain = '',
  ): void {
    const node = new Message()
      .each(inputs, (message, name) => message.text(1, name))
      .each(results, (message, name) => message.text(2, name))
      .text(3, results[0])
      .text(4, operator)
      .each(Object.entries(attributes), (message, [name, value]) => message.message(5, attribute(name, value)));
    this.#nodes.push(domain ? node.text(7, domain) : node);
  }

  #constant(asked: string, type: number, raw: Uint8Array, shape: readonly number[]): string {
    const name = this.#within(asked);
    const tensor = new Message()
      .each(shape, (message, side) => message.int(1, side))
      .int(2, type)
      .text(8, name)
      .bytes(9, raw);
    this.#constants.set(name, tensor);
    return name;
  }
}

function valueInfo(name: string, shape: readonly number[], type: ElementType): Message {
  const sides = new Message()
    .message(1, new Message().text(2, 'batch'))
    .each(shape, (message, side) => message.message(1, new Message().int(1, side)));
  return new Message()
    .text(1, name)
    .message(2, new Message().message(1, new Message().int(1, types[type]).message(2, sides)));
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, 2);
  if (typeof value === 'string') return message.text(4, value).int(20, 3);
  if ('float' in value) return message.float(2, value.float).int(20, 1);
  const [first] = value;
  if (typeof first === 'string')
    return message.each(value as readonly string[], (attribute, each) => attribute.text(9, each)).int(20, 8);
  return message.each(value as readonly number[], (attribute, each) => attribute.int(8, each)).int(20, 7);
}
