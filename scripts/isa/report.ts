/** The report that the compiling process returns to the command. */

/** The layer's output for a pipeline. */
export interface Compiled {
  /** Whether the driver's compiler has crashed. */
  readonly crashed?: boolean;
  /** The number of invocations in a wave, which run in lockstep. */
  readonly wave: number;
  /** The time of the driver's compiler, in milliseconds of its thread. */
  readonly driverMs: number;
  /** The time of the layer in milliseconds, including the driver's compiler. */
  readonly layerMs: number;
  /** The statistics, by the driver's own names. */
  readonly statistics: Readonly<Record<string, number>>;
  readonly assembly: string;
}

/** The statistics that are kept, by our names; undefined if a driver does not report them. */
export interface Digest {
  readonly crashed?: boolean;
  readonly wave: number;
  readonly registers?: number;
  /** The number of vector and scalar registers that did not fit, or of their stores. */
  readonly spills: number;
  /** The number of waves that fit on a SIMD at once. */
  readonly waves?: number;
  /** The workgroup memory in bytes. */
  readonly workgroupMemory?: number;
  /** The loop that multiplies most; undefined if no loop multiplies. */
  readonly loop?: Loop;
}

export interface Loop {
  /** The number of instructions of the vector units. */
  readonly instructions: number;
  readonly multiplyAdds: number;
}

export interface PipelineRecord extends Digest {
  /** The index in the report's list. */
  readonly number: number;
  readonly label: string;
  /** The CPU time of WGSL's compiler and the driver's, in milliseconds. */
  compileMs: number;
}

export interface DispatchRecord {
  /** The label of the shader. */
  readonly kernel: string;
  readonly pipeline: number;
  readonly workgroups: number;
  /** The bytes of all bound buffers, each counted once. */
  readonly bytes: number;
  /** The bytes of the first buffer that is written. */
  readonly writtenBytes: number;
  /** The names of the bindings. */
  readonly buffers: readonly string[];
  /** The values of the `override` constants and of `sizes`. */
  readonly constants: Readonly<Record<string, number>>;
  /** Whether the WGSL has a loop. */
  readonly loops: boolean;
}

/** A product with several ways to compute it; the first way is the one in the step. */
export interface ProductRecord {
  /** The name for the tuner, such as `NT` or `conv2d weights`. */
  readonly kernel: string;
  readonly problem: string;
  readonly way: string;
  readonly others: readonly (DispatchRecord & { readonly way: string })[];
}

export type StepRecord = DispatchRecord & { readonly product?: ProductRecord };

export interface WorkRecord {
  readonly name: string;
  readonly kind: 'model' | 'product';
  readonly dispatches: readonly StepRecord[];
}

export interface Report {
  /** The card for which the driver has compiled. */
  readonly card: string;
  /** The name of the driver with its version. */
  readonly driver: string;
  /** The names of all works. */
  readonly names: readonly string[];
  readonly pipelines: readonly PipelineRecord[];
  readonly works: readonly WorkRecord[];
}

/** The report on another library's products. */
export interface PeerReport {
  /** The name of the library with its version. */
  readonly name: string;
  readonly pipelines: readonly PipelineRecord[];
  readonly works: readonly {
    readonly name: string;
    readonly dispatches: readonly { readonly pipeline: number; readonly workgroups: number }[];
  }[];
}
