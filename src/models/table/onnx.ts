/**
 * Writes models of tables as ONNX graphs. Each column is an input in the units of the table, and the graph contains all
 * conversions. A blank is NaN in a column of numbers, and an empty text in a column of categories.
 */
import type { ModelColumn } from '../../data/table/cells.ts';
import { OptionError } from '../../errors.ts';
import { OnnxGraph } from '../../files/onnx.ts';
import { readNumbers, type OnnxPart } from '../saving/onnx.ts';
import { NetworkWriter } from '../saving/onnx-writer.ts';
import type { Weights } from '../saving/weights.ts';
import { isGaussian } from '../training/hourglass.ts';
import type { TableParts } from './spec.ts';

/** The names of a column's values within the graph, all [batch, n]. */
interface ColumnValues {
  /** The inputs of the first layer for the column: a number and a flag, or a one-hot vector. */
  readonly places: string;
  /** The number as the layers see it, 0 for a blank; undefined for categories. */
  readonly number?: string;
  /** Whether the cell is blank, [batch, 1] of booleans. */
  readonly blank: string;
}

/** Writes a model, or half of it: columns → `code`, `code` → columns, or columns → columns with `score` and `cells`. */
export async function writeTableOnnx(
  part: OnnxPart,
  parts: TableParts,
  weights: Weights,
): Promise<Uint8Array<ArrayBuffer>> {
  const { encoder, decoder, schema } = parts;
  const names = schema.columns.map(({ name }) => name);
  checkNames(names);
  const outputNames = {
    encoder: ['code', 'logvar', 'indices'],
    decoder: names.map(reconstructionOf),
    autoencoder: [...names.map(reconstructionOf), 'cells', 'score'],
  }[part];
  const graph = new OnnxGraph([...(part === 'decoder' ? ['code'] : names), ...outputNames]);
  const writer = new NetworkWriter(await readNumbers(weights), graph);
  const columns = new ColumnWriter(graph, parts);
  const inputs = part === 'decoder' ? undefined : schema.columns.map((_, c) => columns.input(c));
  let value = { name: 'code', channelsFirst: false };
  if (inputs) {
    const places = inputs.map((column) => column.places);
    value = writer.network(encoder, { name: graph.node('Concat', places, { axis: 1 }), channelsFirst: false });
  } else graph.input('code', encoder.outputShape);
  if (part === 'encoder') {
    graph.output('code', value.name, encoder.outputShape);
    checkApart(names, ['code', ...writer.extraOutputs.keys()]);
    writer.addExtraOutputs();
    return graph.toBytes(part);
  }
  if (inputs) checkApart(names, outputNames);
  const outputs = columns.split(writer.network(decoder, value).name);
  outputs.forEach((y, c) => columns.output(c, y));
  if (inputs) columns.score(inputs, outputs, !isGaussian(parts));
  return graph.toBytes(part);
}

const reconstructionOf = (name: string): string => `reconstruction.${name}`;

/**
 * Checks that a file can hold the names of columns: its texts are UTF-8, which has no unpaired surrogates, and engines
 * end a name at a zero.
 * @throws OptionError
 */
function checkNames(columns: readonly string[]): void {
  const broken = columns.find((name) => /\0|\p{Surrogate}/u.test(name));
  if (broken !== undefined)
    throw new OptionError(
      `toOnnx: the name of column ${JSON.stringify(broken)} has a zero character or an unpaired surrogate, which no file can hold: rename the column before the model is made`,
    );
}

/** Checks that no column, which is an input, has the name of an output. @throws OptionError */
function checkApart(columns: readonly string[], outputs: readonly string[]): void {
  const twice = columns.find((name) => outputs.includes(name));
  if (twice !== undefined)
    throw new OptionError(
      `toOnnx: column ${twice} has the name of an output of the file, and no file may have both: rename the column before the model is made`,
    );
}

class ColumnWriter {
  constructor(
    private readonly graph: OnnxGraph,
    private readonly parts: TableParts,
  ) {}

  /** Adds the input of a column. */
  input(c: number): ColumnValues {
    const { graph } = this;
    const { name, categories } = this.parts.schema.columns[c];
    if (categories) {
      const code = graph.labels(graph.input(name, [], 'string'), {
        keys_strings: [...categories, ''],
        values_int64s: [...categories.keys(), categories.length + 1],
        default_int64: categories.length,
      });
      const places = graph.node('OneHot', [
        code,
        graph.integers(`depth.${categories.length + 2}`, [categories.length + 2]),
        graph.floats('off and on', Float32Array.of(0, 1), [2]),
      ]);
      const last = graph.node('Equal', [code, graph.integers(`blank.${categories.length}`, [categories.length + 1])]);
      return { places, blank: this.#column(last) };
    }
    const { center, unit } = this.parts.schema.cells![c];
    const { shift, spread } = this.parts.normalizer.needFitted();
    // The conversion to cells and the normalisation are combined in double precision, so that values far from 0 keep
    // their differences.
    const given = graph.node('Cast', [graph.input(name, [], 'double')], { to: 11 });
    const moved = graph.node('Sub', [given, graph.double(`${c}.center`, center + unit * shift[c])]);
    const scaled = graph.node('Div', [moved, graph.double(`${c}.spread`, unit * spread[c])]);
    const number = graph.node('Cast', [scaled], { to: 1 });
    const blank = graph.node('IsNaN', [number]);
    const known = this.#column(graph.node('Where', [blank, graph.float('zero', 0), number]));
    const flag = this.#column(graph.node('Cast', [blank], { to: 1 }));
    return {
      places: graph.node('Concat', [known, flag], { axis: 1 }),
      number: known,
      blank: this.#column(blank),
    };
  }

  /** Splits the outputs of the decoder by column. */
  split(y: string): string[] {
    const sizes = this.#columns.map(({ categories }) => (categories ? categories.length + 1 : 1));
    if (sizes.length === 1) return [y];
    const all = this.graph.integers('sizes', sizes);
    return this.graph.nodes('Split', [y, all], sizes.length, { axis: 1 });
  }

  /** Adds the output `reconstruction.NAME` of a column: numbers in their units, categories by their names. */
  output(c: number, y: string): void {
    const { graph } = this;
    const { name, categories } = this.#columns[c];
    if (categories) {
      const known = categories.length
        ? graph.node('Slice', [
            y,
            ...['zero', 'known', 'axis'].map((of, i) =>
              graph.integers(`${c}.${of}`, [[0], [categories.length], [1]][i]),
            ),
          ])
        : y;
      const best = graph.node('ArgMax', [known], { axis: 1, keepdims: 0 });
      const names = graph.labels(best, {
        // The last key keeps the lists of a column without categories from being empty, which engines refuse.
        keys_int64s: [...categories.keys(), categories.length],
        values_strings: [...categories, ''],
        default_string: '',
      });
      return graph.output(reconstructionOf(name), names, [], 'string');
    }
    const { center, unit } = this.parts.schema.cells![c];
    const { shift, spread } = this.parts.normalizer.needFitted();
    const flat = graph.node('Cast', [graph.node('Reshape', [y, graph.integers('flat', [-1])])], { to: 11 });
    const scaled = graph.node('Mul', [flat, graph.double(`${c}.spread`, unit * spread[c])]);
    const value = graph.node('Add', [scaled, graph.double(`${c}.center`, center + unit * shift[c])]);
    graph.output(reconstructionOf(name), value, [], 'double');
  }

  /** Adds the outputs `cells`, the error of each cell, NaN where it is blank, and `score`, their mean or their sum. */
  score(inputs: readonly ColumnValues[], outputs: readonly string[], mean: boolean): void {
    const { graph } = this;
    const half = graph.float('half', 0.5);
    const losses = inputs.map(({ number, places }, c) => {
      const y = outputs[c];
      if (number) {
        const off = graph.node('Sub', [y, number]);
        return graph.node('Mul', [graph.node('Mul', [off, off]), half]);
      }
      const size = this.#columns[c].categories!.length + 1;
      const own = graph.node('Slice', [
        places,
        ...[[0], [size], [1]].map((values, i) => graph.integers(`${c}.own.${i}`, values)),
      ]);
      const log = graph.node('LogSoftmax', [y], { axis: 1 });
      const chosen = graph.node('ReduceSum', [graph.node('Mul', [log, own]), graph.integers('axis.1', [1])], {
        keepdims: 1,
      });
      return graph.node('Neg', [chosen]);
    });
    const all = losses.length > 1 ? graph.node('Concat', losses, { axis: 1 }) : losses[0];
    const blanks = inputs.map(({ blank }) => blank);
    const blank = blanks.length > 1 ? graph.node('Concat', blanks, { axis: 1 }) : blanks[0];
    const nothing = graph.float('nothing', NaN);
    graph.output('cells', graph.node('Where', [blank, nothing, all]), [losses.length]);
    const axis = graph.integers('axis.1', [1]);
    const known = graph.node('Where', [blank, graph.float('zero', 0), all]);
    const sum = graph.node('ReduceSum', [known, axis], { keepdims: 0 });
    if (!mean) return graph.output('score', sum, []);
    const there = graph.node('Cast', [graph.node('Not', [blank])], { to: 1 });
    const filled = graph.node('ReduceSum', [there, axis], { keepdims: 0 });
    const count = graph.node('Max', [filled, graph.float('one', 1)]);
    graph.output('score', graph.node('Div', [sum, count]), []);
  }

  get #columns(): readonly ModelColumn[] {
    return this.parts.schema.columns;
  }

  /** Reshapes [batch] to [batch, 1]. */
  #column(value: string): string {
    return this.graph.node('Unsqueeze', [value, this.graph.integers('axis.1', [1])]);
  }
}
