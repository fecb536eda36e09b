import { LatentGpuError } from '../errors.ts';
import type { Command, CommandPass } from './commands.ts';
import type { Gpu } from './device.ts';
import { inSpells } from './pace.ts';
import type { Pipeline } from './pipelines.ts';
import { assignSlots, needed, wholeOf, writes } from './slots.ts';
import type { Dispatch, Tape } from './tape.ts';
import { boundRange, type BufferRange, type Tensor } from './tensor.ts';
import type { Tunable } from './tune.ts';

/**
 * A compiled tape: pipelines, buffers and bind groups. It can be encoded any number of times without making anything
 * new.
 */
export class Plan {
  constructor(
    private readonly gpu: Gpu,
    private readonly commands: readonly Command[],
    /** The dispatches that can be computed in several ways. */
    readonly tunables: readonly Tunable[],
    private readonly buffers: readonly GPUBuffer[],
    private readonly ranges: ReadonlyMap<Tensor, BufferRange>,
  ) {}

  get dispatches(): number {
    return this.commands.length;
  }

  /** The names of what runs, in order, for tests and profiles. */
  get labels(): string[] {
    return this.commands.map((command) => command.label);
  }

  /** Replays every dispatch into the pass; returns their number. */
  encode(pass: CommandPass): number {
    for (const command of this.commands) pass.encode(command);
    return this.commands.length;
  }

  /** Runs the plan once. */
  run(): Promise<void> {
    return this.gpu.compute((pass) => this.encode(pass));
  }

  /** The buffer range of a kept tensor. */
  range(tensor: Tensor): BufferRange {
    const range = this.ranges.get(tensor);
    if (!range) throw new LatentGpuError(`${tensor.label} was not kept by its tape`);
    return range;
  }

  /** Fills every buffer with NaN, so that a test sees what a kernel leaves unwritten. */
  poison(): void {
    const tensors = this.buffers.filter(({ usage }) => usage & GPUBufferUsage.STORAGE);
    for (const buffer of tensors)
      this.gpu.device.queue.writeBuffer(buffer, 0, new Uint32Array(buffer.size / 4).fill(0x7fc00000));
  }

  /** Frees the plan's buffers on the device. */
  dispose(): void {
    for (const buffer of this.buffers) this.gpu.free(buffer);
  }
}

/** Compiles what a tape has recorded. The tensors in `kept` can be read after the plan has run. */
export async function compile(tape: Tape, kept: ReadonlySet<Tensor> = new Set(tape.kept)): Promise<Plan> {
  const { gpu } = tape;
  tape.settle();
  const recorded = needed(tape, kept);
  const dispatches: Begun[] = [];
  const making: Promise<Pipeline>[] = [];
  // Making a shader's text, or a browser's work on a module, may take long.
  for await (const i of inSpells(recorded.length)) {
    const begun = await begin(gpu, recorded[i]);
    dispatches.push(begun);
    making.push(gpu.pipelines.get(begun.shader, begun.constants));
  }
  const slots = assignSlots(
    dispatches.map((each) => ({ ...each, tensors: each.tensors.map(wholeOf) })),
    new Set([...kept].map(wholeOf)),
  );
  // Pipelines come before buffers, so that a failing shader leaves no buffers behind.
  const pipelines = await gpu.wait(Promise.all(making));
  const buffers: GPUBuffer[] = [];
  try {
    return await gpu.guard(() => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      for (const { bytes, label } of slots.list) buffers.push(gpu.allocate(bytes, usage, label));
      const sizes = sizesOf(gpu, dispatches);
      if (sizes) buffers.push(sizes);
      const rangeOf = (tensor: Tensor): BufferRange =>
        'range' in tensor.home
          ? boundRange(tensor)
          : { buffer: buffers[slots.of.get(wholeOf(tensor))!], offset: tensor.part?.offset ?? 0 };
      const commands = dispatches.map((dispatch, i) => {
        const own = sizes && { buffer: sizes, offset: i * sizesStride, size: sizesStride };
        return command(gpu, dispatch, pipelines[i], rangeOf, own);
      });
      const tunables = dispatches.flatMap((dispatch, i) => tunable(gpu, dispatch, rangeOf, commands, i));
      return new Plan(gpu, commands, tunables, buffers, new Map([...kept].map((tensor) => [tensor, rangeOf(tensor)])));
    });
  } catch (error) {
    for (const buffer of buffers) gpu.free(buffer);
    throw error;
  }
}

interface Begun extends Dispatch {
  readonly way?: string;
}

/** A dispatch in the way that it begins with. */
async function begin(gpu: Gpu, dispatch: Dispatch): Promise<Begun> {
  if (!dispatch.choice) return dispatch;
  const way = await gpu.tuner.first(dispatch.choice);
  return { ...dispatch, way, ...dispatch.choice.make(way) };
}

/** A dispatch with its other ways, which all share its bind group. */
function tunable(
  gpu: Gpu,
  dispatch: Begun,
  rangeOf: (tensor: Tensor) => BufferRange,
  commands: Command[],
  i: number,
): Tunable[] {
  const { choice, way, constants, tensors } = dispatch;
  if (!choice || way === undefined) return [];
  const outputs = writes(dispatch);
  const inputs = tensors.filter((tensor) => 'tape' in tensor.home && !outputs.includes(tensor));
  const extents = (of: readonly Tensor[]) => of.map((tensor) => ({ ...rangeOf(tensor), bytes: tensor.bytes }));
  const make = async (other: string): Promise<Command> => {
    const { shader, workgroups } = choice.make(other);
    const { pipeline } = await gpu.wait(gpu.pipelines.get(shader, constants));
    return { ...commands[i], label: shader.label, pipeline, ...folded(gpu, workgroups) };
  };
  const use = (command: Command) => (commands[i] = command);
  return [{ choice, way, inputs: extents(inputs), outputs: extents(outputs), make, use }];
}

function command(
  gpu: Gpu,
  { shader, tensors, workgroups }: Dispatch,
  { pipeline, layout }: Pipeline,
  rangeOf: (tensor: Tensor) => BufferRange,
  sizes?: GPUBufferBinding,
): Command {
  const buffers = tensors.map((tensor): GPUBufferBinding => ({ ...rangeOf(tensor), size: tensor.bytes }));
  const entries = shader.bindings.map(({ access }, binding) => ({
    binding,
    resource: access === 'uniform' ? sizes! : buffers.shift()!,
  }));
  const bindGroup = gpu.device.createBindGroup({ label: shader.label, layout, entries });
  return { label: shader.label, pipeline, bindGroup, ...folded(gpu, workgroups) };
}

function folded(gpu: Gpu, workgroups: number): { columns: number; rows: number } {
  const rows = Math.ceil(workgroups / gpu.device.limits.maxComputeWorkgroupsPerDimension);
  return { columns: Math.ceil(workgroups / rows), rows };
}

/** The alignment of uniforms: no device requires more. */
const sizesStride = 256;

/** The `sizes` of all dispatches in one buffer. */
function sizesOf(gpu: Gpu, dispatches: readonly Dispatch[]): GPUBuffer | undefined {
  if (!dispatches.some(({ shader }) => shader.sizes.length)) return undefined;
  const bytes = dispatches.length * sizesStride;
  const buffer = gpu.allocate(bytes, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST, 'sizes');
  const view = new DataView(new ArrayBuffer(bytes));
  dispatches.forEach(({ shader, constants }, d) =>
    shader.sizes.forEach(({ name, type }, i) => {
      const at = d * sizesStride + 4 * i;
      if (type === 'f32') view.setFloat32(at, Number(constants[name] ?? 0), true);
      else view.setUint32(at, Number(constants[name] ?? 0), true);
    }),
  );
  gpu.device.queue.writeBuffer(buffer, 0, view.buffer); // dawn.node does not accept a DataView.
  return buffer;
}
