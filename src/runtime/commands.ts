/** A dispatch with everything made that it needs. */
export interface Command {
  /** The kernel's name. */
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** Workgroups; a dimension holds at most 65,535 of them, so that long rows are folded. */
  readonly columns: number;
  readonly rows: number;
}

/** Where commands are encoded. */
export interface CommandPass {
  encode(command: Command): void;
  end(): void;
}

/** One compute pass for all of them: three calls each. */
export function computePass(encoder: GPUCommandEncoder, timestampWrites?: GPUComputePassTimestampWrites): CommandPass {
  const pass = encoder.beginComputePass({ timestampWrites });
  return { encode: (command) => encodeInto(pass, command), end: () => pass.end() };
}

export function encodeInto(pass: GPUComputePassEncoder, { pipeline, bindGroup, columns, rows }: Command): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(columns, rows);
}
