/**
 * Files of models, as safetensors. They hold the weights under their PyTorch names, and the optimizer's moments under
 * names such as `optimizer.exp_avg.encoder.0.weight`. The metadata under `latentgpu` are the parts of the model and the
 * progress of its training, as JSON.
 */
import { FormatError, OptionError } from '../../errors.ts';
import { parseJson } from '../../files/json.ts';
import { readSafetensors, writeSafetensors, type SafeTensor } from '../../files/safetensors.ts';
import { checkBytes, checkFlag, checkOptions, shown } from '../../runtime/options.ts';
import { parseState } from '../../runtime/state.ts';
import { readTensors, writeTensor, type Matrix } from '../../runtime/tensor.ts';
import { toInside, type Layout } from '../parts/layout.ts';
import type { Network } from '../parts/network.ts';
import type { SavedValues } from '../parts/first-values.ts';
import { momentNames } from '../parts/optimizers.ts';
import { placeOf, withOptimizers, withoutOptimizers, type Place } from '../training/place.ts';
import type { Phase } from '../training/trainable.ts';
import { checked, readPlace, record } from './metadata.ts';
import { layoutsOfVersion1 } from './version-1.ts';
import { outside, stored, type StoredTensor, type Weights } from './weights.ts';

/** The kinds of models in files. */
export type ModelKind = 'autoencoder' | 'classifier' | 'jigsaw' | 'gan';

/**
 * The versions of the format. A new one changes the meaning of existing entries; models without such entries are still
 * written as the version before it.
 */
const versions: readonly unknown[] = [1, 2];

/** The parts of a model that a file is written from. */
export interface Saveable extends Weights {
  readonly kind: ModelKind;
  readonly networks: readonly Network[];
  readonly place: Place;
  /** The trained weights of its phases, in their order. */
  readonly phases: readonly Pick<Phase, 'name' | 'trains'>[];
  /** Returns the tensors beside the weights, by name; a file without the optimizer's moments leaves them out. */
  readonly extras?: () => Record<string, Matrix>;
}

/** Options of the `save` method of a model. */
export interface SaveOptions {
  /**
   * Whether the file includes the optimizer's moments, with which training continues as if it had never stopped, and
   * the result of `fitSampler`. Default true.
   */
  optimizer?: boolean;
}

/** Writes a model as it is between two steps. `describe` returns its parts as plain data. */
export async function writeCheckpoint(
  model: Saveable,
  describe: () => object,
  options: SaveOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions('save', options, ['optimizer']);
  const { optimizer = true } = options;
  checkFlag('save: optimizer', optimizer);
  const { kind, networks, gpu, turns, parameterSets, phases, place } = model;
  const { all, values, now, spec, extras } = await turns.take(async () => {
    const all = [...stored(parameterSets), ...(optimizer ? storedMoments(phases, place) : [])];
    const { live, ...now } = place;
    const [spec, extras] = [describe(), optimizer ? model.extras?.() : {}];
    const values = await readTensors(gpu, [...all.map(({ tensor }) => tensor), ...(live ? [live] : [])]);
    if (live) {
      const { step, epoch, position } = parseState(values.at(-1)!);
      Object.assign(now, { step, epoch, position });
    }
    return { all, values, now, spec, extras };
  });
  const names = phases.map(({ name }) => name);
  const written = optimizer ? withOptimizers(now, names) : withoutOptimizers(now);
  const version = layoutsOfVersion1(kind, networks).size ? 2 : 1;
  const head = { version, model: kind, spec, place: written };
  // Other readers of safetensors look for `format`: the names and layouts are PyTorch's.
  return writeSafetensors({ ...outside(all, values), ...extras }, { format: 'pt', latentgpu: JSON.stringify(head) });
}

/** Returns the optimizers' moments, with the names of their weights. */
function storedMoments(phases: Saveable['phases'], place: Place): StoredTensor[] {
  return phases.flatMap(({ name: phase, trains }, i) => {
    const { optimizer } = placeOf(place, phase, i === phases.length - 1);
    if (!optimizer) return [];
    const names = momentNames[optimizer.kind];
    return stored([trains]).flatMap(({ name, layout }) =>
      trains.momentsOf(name).map((tensor, n) => ({ name: `optimizer.${names[n]}.${name}`, tensor, layout })),
    );
  });
}

/** The content of a file, checked as far as possible without the model. */
export class Checkpoint {
  readonly #unused: Set<string>;

  private constructor(
    private readonly tensors: Record<string, SafeTensor>,
    names: string[],
    private readonly version: unknown,
    /** The parts of the model, as its `describe` wrote them. */
    readonly spec: Record<string, unknown>,
    readonly place: Place,
  ) {
    this.#unused = new Set(names);
  }

  /** Reads the file of a model of this kind. @throws FormatError */
  static read(kind: ModelKind, bytes: Uint8Array): Checkpoint {
    checkBytes('load', bytes);
    const { tensors, others, metadata } = readSafetensors(bytes);
    const json = metadata.latentgpu;
    if (json === undefined) {
      throw new FormatError(
        'load: the file holds weights, but no model (byte 8, its metadata): make the model, then call setWeights(readSafetensors(bytes).tensors)',
      );
    }
    return checked(() => {
      const { version, model, spec, place } = record(parseJson(json), 'latentgpu');
      if (!versions.includes(version))
        throw new OptionError(
          `it has version ${shown(version)} of the format, but only versions ${versions.join(' and ')} can be read`,
        );
      if (model !== kind) throw new OptionError(`it holds a model of kind ${shown(model)}, not '${kind}'`);
      const names = Object.keys({ ...tensors, ...others });
      return new Checkpoint(tensors, names, version, record(spec, 'spec'), readPlace(record(place, 'place')));
    });
  }

  /** Returns the values of a weight. @throws FormatError */
  readonly savedValues: SavedValues = (name, shape) => {
    const found = Object.hasOwn(this.tensors, name) ? this.tensors[name] : undefined;
    if (!found)
      throw new FormatError(
        `load: the model needs ${name}, which the file ${this.#unused.has(name) ? 'has, but not as floating-point numbers' : 'does not have'} (byte 8)`,
      );
    if (found.shape.join() !== shape.join())
      throw new FormatError(
        `load: ${name} is [${found.shape.join(', ')}] in the file (byte 8), but [${shape.join(', ')}] in the model`,
      );
    const wrong = found.data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new FormatError(`load: ${name} has ${found.data[wrong]} at index ${wrong}`);
    this.#unused.delete(name);
    return found.data;
  };

  /**
   * Restores the state of training, after the weights, of which those of another order in this version are replaced.
   * @throws FormatError
   */
  restore({ kind, networks, gpu, parameterSets, phases, place }: Saveable): void {
    const earlier: ReadonlyMap<string, Layout> = this.version === 1 ? layoutsOfVersion1(kind, networks) : new Map();
    for (const { name, tensor } of stored(parameterSets)) {
      const layout = earlier.get(name);
      if (layout) writeTensor(gpu, tensor, toInside(this.savedValues(name, layout.shape), layout));
    }
    phases.forEach(({ name: phase, trains }, i) => {
      const { optimizer } = placeOf(this.place, phase, i === phases.length - 1);
      if (!optimizer) return;
      const names = momentNames[optimizer.kind];
      trains.resetMoments(names.length);
      for (const { name, tensor, layout: own } of stored([trains])) {
        const layout = earlier.get(name) ?? own;
        const { shape } = layout ?? tensor;
        trains.momentsOf(name).forEach((moment, n) => {
          const values = this.savedValues(`optimizer.${names[n]}.${name}`, shape);
          writeTensor(gpu, moment, layout ? toInside(values, layout) : values);
        });
      }
    });
    const [unused] = this.#unused;
    if (unused !== undefined)
      throw new FormatError(`load: the file (byte 8) has ${unused}, which the model does not have`);
    Object.assign(place, this.place);
  }
}
