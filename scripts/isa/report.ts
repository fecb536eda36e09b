/** What the process that compiles hands to the command. */

/** What the layer tells of a pipeline. */
export interface Compiled {
  /** The driver's compiler has crashed over it. */
  readonly crashed?: boolean;
  /** Invocations that run in step. */
  readonly wave: number;
  /** What the driver's compiler takes, in milliseconds of its thread. */
  readonly driverMs: number;
  /** What the layer took, that included. */
  readonly layerMs: number;
  /** By the driver's own names. */
  readonly statistics: Readonly<Record<string, number>>;
  readonly assembly: string;
}

/** What is kept of that, by our names; undefined where a driver does not tell. */
export interface Digest {
  readonly crashed?: boolean;
  readonly wave: number;
  readonly registers?: number;
  /** Registers that did not fit, vector and scalar ones, or how often they are stored. */
  readonly spills: number;
  /** Waves that fit onto a SIMD at once. */
  readonly waves?: number;
  /** Bytes. */
  readonly workgroupMemory?: number;
  /** Of the loop that multiplies most; undefined where nothing is multiplied in a loop. */
  readonly loop?: Loop;
}

export interface Loop {
  /** Of the vector units. */
  readonly instructions: number;
  readonly multiplyAdds: number;
}

export interface PipelineRecord extends Digest {
  /** Its place in the report's list. */
  readonly number: number;
  readonly label: string;
  /** WGSL's compiler and the driver's, in milliseconds of the processor. */
  compileMs: number;
}

export interface DispatchRecord {
  /** Its shader's label. */
  readonly kernel: string;
  readonly pipeline: number;
  readonly workgroups: number;
  /** Of all buffers that are bound to it, each once. */
  readonly bytes: number;
  /** Of the first one that is written. */
  readonly writtenBytes: number;
  /** The names of its bindings. */
  readonly buffers: readonly string[];
  /** Values of its `override` constants and of its `sizes`. */
  readonly constants: Readonly<Record<string, number>>;
  /** Whether its WGSL has a loop. */
  readonly loops: boolean;
}

/** A product that can be done in several ways, the first of which is that of the step. */
export interface ProductRecord {
  /** As the tuner knows it: `NT`, `conv2d weights`. */
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
  /** For which the driver has compiled. */
  readonly card: string;
  /** With its version. */
  readonly driver: string;
  /** Of all works that there are. */
  readonly names: readonly string[];
  readonly pipelines: readonly PipelineRecord[];
  readonly works: readonly WorkRecord[];
}

/** Another library's products. */
export interface PeerReport {
  /** With its version. */
  readonly name: string;
  readonly pipelines: readonly PipelineRecord[];
  readonly works: readonly {
    readonly name: string;
    readonly dispatches: readonly { readonly pipeline: number; readonly workgroups: number }[];
  }[];
}
