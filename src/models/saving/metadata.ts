/** Reads the metadata of a file, and checks them before anything is made from them. */
import type { TrainedOn } from '../../data/as-dataset.ts';
import {
  DeviceLostError,
  FormatError,
  GpuUnavailableError,
  LatentGpuError,
  OptionError,
  OutOfMemoryError,
} from '../../errors.ts';
import { checkFlag, checkNumber } from '../../runtime/options.ts';
import { sameOptimizer } from '../parts/optimizers.ts';
import { startPlace, type OptimizerPlace, type Place } from '../training/place.ts';

/** Makes something from a file's contents and turns its errors into a FormatError. */
export function checked<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    const kept = [FormatError, OutOfMemoryError, DeviceLostError, GpuUnavailableError];
    if (kept.some((kind) => cause instanceof kind)) throw cause;
    const reason = cause instanceof LatentGpuError || cause instanceof SyntaxError ? cause.message : String(cause);
    throw new FormatError(
      `load: the description of the model in the file (byte 8, its metadata) is not valid: ${reason}`,
      {
        cause,
      },
    );
  }
}

/** Restores the state of a model, and disposes it where that fails. */
export function resumed<M extends { dispose(): void }>(model: M, resume: (model: M) => void): M {
  try {
    resume(model);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Reads a count, such as that of steps. @throws OptionError */
export const readCount = (name: string, value: unknown): number =>
  checkNumber(name, value, { least: 0, most: 2 ** 32 - 1, whole: true });

/** Reads a list of `count` finite numbers above a limit; `what` names it in messages. @throws OptionError */
export function readNumbers(what: string, values: unknown, count: number, above = -Infinity): number[] {
  const good = (value: unknown) => Number.isFinite(value) && (value as number) > above;
  if (!Array.isArray(values) || values.length !== count || !values.every(good))
    throw new OptionError(`${what} must be a list of ${count} numbers`);
  return values as number[];
}

/** Checks an object; `what` names it in messages. @throws OptionError */
export function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OptionError(`${what} must be an object`);
  return value as Record<string, unknown>;
}

/** Reads the progress of a model's training. @throws OptionError */
export function readPlace(written: Record<string, unknown>): Place {
  const count = (name: keyof Place) => readCount(name, written[name]);
  const { epochKind, phases, trainedOn: trained } = written;
  if (typeof epochKind !== 'string') throw new OptionError('epochKind must be a string');
  return {
    ...startPlace(),
    step: count('step'),
    epoch: count('epoch'),
    position: count('position'),
    epochKind,
    ...readOptimizer(written, count('step')),
    ...(trained !== undefined && { trainedOn: readTrainedOn(record(trained, 'trainedOn')) }),
    ...(phases !== undefined && {
      phases: Object.fromEntries(
        Object.entries(record(phases, 'phases')).map(([name, each]) => [
          name,
          readOptimizer(record(each, `phase ${name}`), count('step')),
        ]),
      ),
    }),
  };
}

/** Reads an optimizer. @throws OptionError */
function readOptimizer(written: Record<string, unknown>, steps: number): OptimizerPlace {
  const [origin, given] = (['origin', 'given'] as const).map((name) => {
    const step = readCount(name, written[name]);
    if (step > steps) throw new OptionError(`${name} is after the last step`);
    return step;
  });
  const { optimizer } = written;
  return {
    origin,
    given,
    ...(optimizer !== undefined && { optimizer: sameOptimizer(record(optimizer, 'optimizer') as never) }),
  };
}

/** Reads the data of the last training. @throws OptionError */
function readTrainedOn({ bytes, scale, given, largest }: Record<string, unknown>): TrainedOn {
  return {
    bytes: checkFlag('bytes', bytes),
    scale: checkNumber('scale', scale),
    given: checkFlag('given', given),
    largest: checkNumber('largest', largest, { least: 0, most: Number.MAX_VALUE }),
  };
}
