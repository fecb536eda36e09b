/** The page's proxy for a model of tables in the worker. */
import type { ModelColumn } from '../data/table/cells.ts';
import type { Table } from '../data/table/table.ts';
import type { Indices } from '../models/downstream/indices.ts';
import type { SamplerFit, SamplerOptions } from '../models/downstream/sampler.ts';
import type { OnnxPart } from '../models/saving/onnx.ts';
import type { ExplainedRow } from '../models/table/explain.ts';
import type { FitOptions, Training } from '../models/training/fit-options.ts';
import type { Losses } from '../models/training/losses.ts';
import type { Matrix } from '../runtime/tensor.ts';
import type { Dataset } from './data.ts';
import { Model, type ModelFacts, type Network } from './model.ts';
import type { SentTable } from './protocol.ts';

/** The data of a model of tables: a table, which is copied to the worker in each call, or a data set in the worker. */
export type TableData = Table | Dataset;

/** A model of tables in the worker. See `TableAutoencoder` in `latentgpu` for the contract of each method. */
export class TableAutoencoder extends Model<ModelFacts & { columns: readonly ModelColumn[] }> {
  get encoder(): Network {
    return this.networks[0];
  }

  get decoder(): Network {
    return this.networks[1];
  }

  get columns(): readonly ModelColumn[] {
    return this.facts.columns;
  }

  get codeSize(): number {
    return this.encoder.outputShape[0];
  }

  fit(data: TableData, options: FitOptions<Losses, TableData>): Training {
    return this.train(options, data);
  }

  evaluate(data: TableData, options?: { batchSize?: number; seed?: number }): Promise<Losses> {
    return this.call('evaluate', data, options);
  }

  encode(data: TableData): Promise<Matrix> {
    return this.call('encode', data);
  }

  posterior(data: TableData): Promise<{ mean: Matrix; logvar: Matrix }> {
    return this.call('posterior', data);
  }

  reconstruct(data: TableData): Promise<Table> {
    return this.#table('reconstruct', data);
  }

  decode(codes: Matrix | Float32Array | Indices): Promise<Table> {
    return this.#table('decode', codes);
  }

  impute(data: TableData): Promise<Table> {
    return this.#table('impute', data);
  }

  errors(data: TableData, options?: { perColumn?: boolean; hidden?: boolean }): Promise<Float32Array> {
    return this.call('errors', data, options);
  }

  explain(data: TableData, options?: { rows?: ArrayLike<number>; hidden?: boolean }): Promise<ExplainedRow[]> {
    return this.call('explain', data, options);
  }

  fitSampler(data: TableData, options?: SamplerOptions): Promise<SamplerFit> {
    return this.call('fitSampler', data, options);
  }

  sample(count: number, options?: { seed?: number }): Promise<Table> {
    return this.#table('sample', count, options);
  }

  toOnnx(part?: OnnxPart): Promise<Uint8Array<ArrayBuffer>> {
    return this.call('toOnnx', part);
  }

  async #table(method: string, ...args: unknown[]): Promise<Table> {
    const { $table } = await this.call<SentTable>(method, ...args);
    const { fromWire } = await import('../data/table/wire.ts');
    return fromWire($table);
  }
}
