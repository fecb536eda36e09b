/** A dispatch with all its resources made. */
export interface Command {
  /** The kernel's name. */
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** The number of workgroups; a dimension holds at most 65,535 of them, so that long rows are folded. */
  readonly columns: number;
  readonly rows: number;
}

/** The pass that commands are encoded in. */
export interface CommandPass {
  encode(command: Command): void;
  end(): void;
}

/** One compute pass for all commands: three calls each. */
export function computePass(encoder: GPUCommandEncoder, timestampWrites?: GPUComputePassTimestampWrites): CommandPass {
  const pass = encoder.beginComputePass({ timestampWrites });
  return { encode: (command) => encodeInto(pass, command), end: () => pass.end() };
}

export function encodeInto(pass: GPUComputePassEncoder, { pipeline, bindGroup, columns, rows }: Command): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(columns, rows);
}
