/** The one base class: `catch (e) { if (e instanceof LatentGpuError) … }`. `cause` holds what lay underneath, if anything did. */
export class LatentGpuError extends Error {
  // Set on each class by hand: a minifier renames classes. (A structured clone keeps message and stack only; a worker sends the name along.)
  override name = 'LatentGpuError';
}

/** No WebGPU here, no adapter, no answer, a worker that does not start, or an adapter that lacks a limit this library needs. */
export class GpuUnavailableError extends LatentGpuError {
  override name = 'GpuUnavailableError';
}

/** An option that does not exist, or a value it cannot take. */
export class OptionError extends LatentGpuError {
  override name = 'OptionError';
}

/** Two shapes that do not fit; the message shows both. */
export class ShapeError extends LatentGpuError {
  override name = 'ShapeError';
}

/** Data that cannot be trained on: empty, NaN or infinite (with row and column), outside [0, 1] for binary cross-entropy. */
export class DataError extends LatentGpuError {
  override name = 'DataError';
}

/** A file that is not what it claims to be; the message holds the offset in bytes. */
export class FormatError extends LatentGpuError {
  override name = 'FormatError';
}

/** The GPU device went away: a driver reset, a crash of the browser's GPU process, or `gpu.close()`. */
export class DeviceLostError extends LatentGpuError {
  override name = 'DeviceLostError';
}

/** The device has no memory left, a single buffer would pass the adapter's limit, or a result what the engine holds in one array. */
export class OutOfMemoryError extends LatentGpuError {
  override name = 'OutOfMemoryError';
}

/** Training met a NaN, an infinity, or a gradient of 2⁶⁰ (10¹⁸) or more, which optimizers cannot square for long. The weights are those of the step before. */
export class DivergedError extends LatentGpuError {
  override name = 'DivergedError';
  /** Of a model that trains in several phases, such as a discriminator and a generator: the one that went bad. */
  readonly phase: string | undefined;

  constructor(
    /** The step that went bad, counted from 1 over the model's whole life. */
    readonly step: number,
    /** The first tensor that went bad: `loss`, or a parameter's name with `.grad`. */
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
