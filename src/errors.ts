/** The base class of every error that the library throws. `cause` has the underlying error, if there is one. */
export class LatentGpuError extends Error {
  // Set explicitly on each class, because minifiers rename classes. A structured clone keeps only message and stack, so
  // a worker sends the name, too.
  override name = 'LatentGpuError';
}

/**
 * WebGPU cannot be used: there is no adapter, no answer, a worker does not start, or the adapter lacks a limit that the
 * library needs.
 */
export class GpuUnavailableError extends LatentGpuError {
  override name = 'GpuUnavailableError';
}

/** An option is unknown, or has a value that it cannot take. */
export class OptionError extends LatentGpuError {
  override name = 'OptionError';
}

/** Two shapes do not fit; the message shows both. */
export class ShapeError extends LatentGpuError {
  override name = 'ShapeError';
}

/**
 * Data cannot be used: they are empty, NaN or infinite (with row and column), or outside [0, 1] for binary
 * cross-entropy.
 */
export class DataError extends LatentGpuError {
  override name = 'DataError';
}

/** A file is malformed; the message names the place by its offset in bytes, its line or its row. */
export class FormatError extends LatentGpuError {
  override name = 'FormatError';
}

/** The GPU device is gone: after a driver reset, a crash of the browser's GPU process, or `gpu.close()`. */
export class DeviceLostError extends LatentGpuError {
  override name = 'DeviceLostError';
}

/**
 * The device has no memory left, a buffer would exceed the adapter's limit, or a result would exceed the engine's limit
 * for one array.
 */
export class OutOfMemoryError extends LatentGpuError {
  override name = 'OutOfMemoryError';
}

/**
 * Training met NaN, infinity, or a gradient of 2⁶⁰ (10¹⁸) or more: sums of such squares, as in optimizers, would soon
 * overflow float32. The weights are those of the step before.
 */
export class DivergedError extends LatentGpuError {
  override name = 'DivergedError';
  /** The phase that diverged, in a model that trains in several phases, such as discriminator and generator. */
  readonly phase: string | undefined;

  constructor(
    /** The number of the step that diverged, counted from 1 over the model's whole life. */
    readonly step: number,
    /** The first tensor that diverged: `loss`, or the name of a parameter with `.grad`. */
    readonly tensor: string,
    {
      advice = 'a smaller learning rate usually helps',
      phase,
      ...options
    }: ErrorOptions & { advice?: string; phase?: string } = {},
  ) {
    const where = phase === undefined ? '' : ` of the ${phase}`;
    super(`training diverged: ${tensor}${where} is not finite, or too large, at step ${step}; ${advice}`, options);
    this.phase = phase;
  }
}
