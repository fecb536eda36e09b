import { dataset, loadGan, type Dataset, type Gan, type Gpu } from '../../../src/index.ts';
import { ganOf } from '../parts.ts';
import { sampleCount, type FileKind, type Verdict } from '../protocol.ts';
import type { Settings } from '../settings.ts';
import { buildGan, optimizersFor } from './build.ts';
import type { Collection } from './examples.ts';
import { heldOut, parametersOf, trainedOn, widthsOf, type Fitting, type Outline, type Subject } from './subject.ts';

/** A GAN with its data. It has samples, but no codes of examples. */
export class GanStudio implements Subject {
  readonly training: Dataset;
  readonly #held: Dataset;

  private constructor(
    readonly model: Gan,
    readonly collection: Collection,
    private readonly all: Dataset,
    without: number,
  ) {
    this.training = trainedOn(all, collection, without);
    this.#held = heldOut(all, collection);
  }

  /** Opens a GAN; `begun` is the file of a model whose training continues. */
  static async open(gpu: Gpu, collection: Collection, settings: Settings, begun?: Uint8Array): Promise<GanStudio> {
    const model = begun ? await loadGan(gpu, begun) : await buildGan(gpu, ganOf(settings, collection));
    const all = await dataset(gpu, collection.values, { shape: model.generator.outputShape });
    return new GanStudio(model, collection, all, settings.without);
  }

  dispose(): void {
    for (const each of [this.training, this.#held, this.all, this.model]) each.dispose();
  }

  fit(settings: Settings, fitting: Fitting): ReturnType<Subject['fit']> {
    return this.model.fit(this.training, { ...fitting, ...optimizersFor(settings) });
  }

  /** Returns samples of the same codes each time, so that only the generator changes them. */
  async samples(): Promise<Float32Array> {
    return (await this.model.sample(sampleCount, { seed: 1 })).data;
  }

  async judge(at: number): Promise<Verdict> {
    return { at, losses: await this.model.evaluate(this.#held) };
  }

  file(kind: FileKind): Promise<Uint8Array> {
    return kind === 'onnx' ? this.model.toOnnx() : this.model.save({ optimizer: false });
  }

  outline({ code }: Settings): Outline {
    const layers = this.model.describe();
    return {
      shown: { rows: [], values: new Float32Array() },
      widths: widthsOf(
        code,
        layers.filter(({ parameters }) => parameters),
      ),
      parameters: parametersOf(layers),
      codeSize: code,
      normalizing: 'none',
    };
  }
}
