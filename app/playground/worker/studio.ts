import {
  dataset,
  loadAutoencoder,
  nearestNeighbors,
  sgd,
  type Autoencoder,
  type Dataset,
  type Gpu,
  type Matrix,
} from '../../../src/index.ts';
import { hourglassOf, samplingOf } from '../parts.ts';
import {
  sampleCount,
  type Ask,
  type CodebookLook,
  type DictionaryLook,
  type Encoded,
  type FileKind,
  type Look,
  type Point,
  type Verdict,
} from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { buildAutoencoder, optimizersFor } from './build.ts';
import { exemplary, heldOutRows, rowsOf, type Collection } from './examples.ts';
import { samplesOfEachLabel, withEachLabel } from './byLabel.ts';
import { codebookOf } from './codebook.ts';
import { dictionaryOf } from './dictionary.ts';
import { CodeMap, middlesOf } from './map.ts';
import { probe } from './probe.ts';
import {
  heldOut,
  parametersOf,
  trainedOn,
  widthsOf,
  type Fitting,
  type Outline,
  type Pretraining,
  type Subject,
} from './subject.ts';

const shownCount = 10;

/** An autoencoder with its data, and the methods for the views of the page. */
export class Studio implements Subject {
  readonly map: CodeMap;
  readonly shownRows: number[];
  readonly training: Dataset;
  /** The values of the held-out examples, on which squared errors are measured. */
  readonly #heldValues: Float32Array;
  /** Whether the model has a corruption. */
  readonly #corrupts: boolean;
  /** The label with which a conditional model decodes places, codes and drawings. */
  label = 0;
  #codes: Matrix | undefined;

  private constructor(
    private readonly gpu: Gpu,
    readonly model: Autoencoder,
    readonly collection: Collection,
    private readonly all: Dataset,
    private readonly shown: Dataset,
    private readonly held: Dataset,
    private readonly settings: Settings,
  ) {
    const { without, corruption } = settings;
    this.map = new CodeMap(model.codeSize);
    this.shownRows = exemplary(collection, shownCount);
    this.#heldValues = rowsOf(collection, heldOutRows(collection));
    this.training = trainedOn(all, collection, without);
    this.#corrupts = corruption !== 'none';
  }

  /** Opens an autoencoder; `begun` is the file of a model whose training continues. */
  static async open(gpu: Gpu, collection: Collection, settings: Settings, begun?: Uint8Array): Promise<Studio> {
    const parts = hourglassOf(settings, collection);
    const model = begun ? await loadAutoencoder(gpu, begun) : await buildAutoencoder(gpu, parts);
    const shape = model.encoder.inputShape;
    const rows = exemplary(collection, shownCount);
    // Only a conditional model takes labels.
    const labels = settings.conditional ? collection.labels : undefined;
    const all = await dataset(gpu, collection.values, { shape, labels });
    const shown = await dataset(gpu, rowsOf(collection, rows), {
      shape,
      labels: labels && rows.map((row) => labels[row]),
    });
    const studio = new Studio(gpu, model, collection, all, shown, heldOut(all, collection), settings);
    // A normalisation has to be fitted before its first use; a step with learning rate 0 fits it.
    if (parts.normalize && !begun) await model.fit(studio.training, { steps: 1, batchSize: 1, optimizer: sgd(0) });
    return studio;
  }

  dispose(): void {
    for (const each of [this.training, this.held, this.all, this.shown, this.model]) each.dispose();
  }

  fit(settings: Settings, fitting: Fitting): ReturnType<Subject['fit']> {
    return this.model.fit(this.training, { ...fitting, ...optimizersFor(settings) });
  }

  pretrain(settings: Settings, options: Pretraining): Promise<unknown> {
    return this.model.pretrain(this.training, { ...options, ...optimizersFor(settings) });
  }

  file(kind: FileKind): Promise<Uint8Array> {
    return kind === 'onnx' ? this.model.toOnnx() : this.model.save({ optimizer: false });
  }

  outline(settings: Settings): Outline {
    const { model, collection, shownRows } = this;
    // A discriminator is not a part of encoder or decoder.
    const layers = [...model.encoder.describe(), ...model.decoder.describe()];
    return {
      shown: { rows: shownRows, values: rowsOf(collection, shownRows) },
      widths: widthsOf(collection.features, layers),
      parameters: parametersOf(layers),
      codeSize: model.codeSize,
      normalizing: settings.normalize,
    };
  }

  async look(): Promise<Look> {
    const codes = (this.#codes = flat(await this.model.encode(this.all)));
    const { points, share } = this.map.draw(codes);
    const seen = this.#corrupts ? (await this.model.corrupt(this.shown)).data : undefined;
    const { data: reconstructions } = await this.model.reconstruct(
      seen ? this.#labelled(seen, this.shown.labels) : this.shown,
    );
    return { points, share, seen, reconstructions, middles: middlesOf(points, this.collection) };
  }

  async judge(at: number): Promise<Verdict> {
    const losses = await this.model.evaluate(this.held);
    return {
      at,
      losses,
      squaredError: await this.#squaredError(),
      probe: await probe(this.gpu, await this.#known(), this.collection),
    };
  }

  /** Returns samples. For a quantised code the entries are drawn with their frequencies in the training examples. */
  async samples(label: number): Promise<Float32Array> {
    if (samplingOf(this.settings) === 'codes') await this.model.fitSampler(this.training);
    if (!this.settings.conditional) return (await this.model.sample(sampleCount, { seed: 1 })).data;
    if (label >= 0) return (await this.model.sample(sampleCount, { seed: 1, label })).data;
    return samplesOfEachLabel(this.model, this.collection);
  }

  codebook(): Promise<CodebookLook> {
    const { entries } = this.settings;
    return codebookOf(this.model, entries, this.held, this.shown, this.#labelOption(entries));
  }

  async dictionary(ask: Ask<'dictionary'>): Promise<DictionaryLook> {
    const codes = await this.#known();
    return dictionaryOf((codes) => this.decodeCodes(codes), codes, this.collection, ask);
  }

  async decode(place: Point): Promise<Float32Array> {
    return this.decodeCodes(this.map.codeAt(place));
  }

  async decodeCodes(codes: Float32Array): Promise<Float32Array> {
    return (await this.model.decode(codes, this.#labelOption(codes.length / this.model.codeSize))).data;
  }

  /** Decodes codes on the straight line from the first place to the last. */
  async walk(from: Point, to: Point, count: number): Promise<Float32Array> {
    const [start, end] = [this.map.codeAt(from), this.map.codeAt(to)];
    const codes = Float32Array.from({ length: count * start.length }, (_, at) => {
      const [step, i] = [Math.floor(at / start.length) / (count - 1), at % start.length];
      return start[i] + step * (end[i] - start[i]);
    });
    return this.decodeCodes(codes);
  }

  async encode(values: Float32Array): Promise<Encoded> {
    const example = this.#labelled(values, [this.label]);
    const code = flat(await this.model.encode(example));
    const { data: reconstruction } = await this.model.reconstruct(example);
    const [error] = await this.model.errors(example);
    const ellipse = this.#gaussian
      ? this.map.ellipse((await this.model.posterior(example)).logvar.data.map(Math.exp))
      : undefined;
    return {
      ...this.map.place(code.data),
      code: code.data,
      reconstruction,
      error,
      ellipse,
      byLabel: this.settings.conditional ? await withEachLabel(this.model, this.collection, code) : undefined,
      neighbors: await this.neighbors(code, 6),
    };
  }

  /** Returns the examples with the nearest codes, as of the last look. */
  async neighbors(code: Matrix, k: number): Promise<Encoded['neighbors']> {
    const codes = await this.#known();
    const { indices } = await nearestNeighbors(this.gpu, { codes, queries: code, k: Math.min(k, codes.shape[0]) });
    const rows = [...indices];
    return { rows, values: rowsOf(this.collection, rows) };
  }

  scores(): Promise<Float32Array> {
    return this.model.errors(this.all);
  }

  /** Returns examples as the model takes them: with their labels, if it is conditional. */
  #labelled<T extends Float32Array | Matrix>(data: T, labels: ArrayLike<number> | undefined) {
    return this.settings.conditional ? { data, labels: labels! } : data;
  }

  /** Returns `count` times the chosen label as an option; empty for a model without a condition. */
  #labelOption(count: number): { labels?: number[] } {
    return this.settings.conditional ? { labels: Array<number>(count).fill(this.label) } : {};
  }

  /** Returns the codes of all examples, as of the last look. */
  async #known(): Promise<Matrix> {
    return this.#codes ?? flat(await this.model.encode(this.all));
  }

  get #gaussian(): boolean {
    return this.model.encoder.describe().at(-1)?.type === 'gaussian';
  }

  async #squaredError(): Promise<number> {
    const { data } = await this.model.reconstruct(this.held);
    return data.reduce((sum, value, i) => sum + (value - this.#heldValues[i]) ** 2, 0) / data.length;
  }
}

/** Returns codes that are images as flat rows. */
function flat({ data, shape }: Matrix): Matrix {
  return { data, shape: [shape[0], data.length / shape[0]] };
}
