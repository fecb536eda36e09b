/** What WebGPU is asked for, seen from outside, so that nothing here depends on how the library goes about it. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { shader } from '../../shaders/wgsl.ts';
import type { Command } from '../../src/runtime/commands.ts';
import { digest } from './digest.mjs';
import type { Compiled, DispatchRecord, PipelineRecord } from './report.ts';

interface Made {
  readonly number: number;
  readonly label: string;
  readonly code: string;
  readonly constants: Record<string, number>;
}

/** Where the layer leaves what the compiler says. */
const told = process.env.LATENTGPU_ISA!;

/** Milliseconds from which on a pipeline is compiled again for its time, and from which on that is in vain. */
const [slowMs, hopelessMs] = [250, 2000];

/** Every pipeline that was compiled, in order. */
export const pipelines: PipelineRecord[] = [];

/** Every dispatch that was encoded since this was emptied, but those by which this library's plans are described. */
export const encoded: { pipeline: number; workgroups: number }[] = [];

const codes = new WeakMap<GPUShaderModule, string>();
const made = new WeakMap<GPUComputePipeline, Made>();
const entries = new WeakMap<GPUBindGroup, readonly GPUBufferBinding[]>();
/** What was written into a buffer last, from its start on. */
const contents = new WeakMap<GPUBuffer, ArrayBuffer>();

/** Watches a device, and lets it compile one pipeline at a time, so that it is known which of them the layer has told about. */
export function watch(device: GPUDevice): void {
  around(device, 'createShaderModule', (module, descriptor) => codes.set(module, descriptor.code));
  around(device, 'createBindGroup', (group, descriptor) =>
    entries.set(
      group,
      [...descriptor.entries].map(({ resource }) => resource as GPUBufferBinding),
    ),
  );
  const compile = device.createComputePipelineAsync.bind(device);
  let last: Promise<unknown> = Promise.resolve();
  device.createComputePipelineAsync = (descriptor) => {
    const mine = last.then(async () => {
      const begun = process.cpuUsage();
      const pipeline = await compile(descriptor);
      const record = note(pipeline, descriptor, process.cpuUsage(begun));
      // On a busy machine a time may be several times too long, but not a second and a third time.
      for (let more = 1; more <= 2 && record.compileMs > slowMs && record.compileMs < hopelessMs; more++) {
        const another = changed(descriptor, more);
        const begun = process.cpuUsage();
        await compile(another);
        record.compileMs = Math.min(record.compileMs, timeOf(takeTold(another), process.cpuUsage(begun)));
      }
      return pipeline;
    });
    last = mine.catch(() => {}); // Its own caller sees the failure.
    return mine;
  };
  /** The same with another text, as what was compiled before would take no time. */
  const changed = (descriptor: GPUComputePipelineDescriptor, times: number): GPUComputePipelineDescriptor => {
    const module = device.createShaderModule({ code: `${codes.get(descriptor.compute.module)}// ${times}` });
    return { ...descriptor, compute: { ...descriptor.compute, module } };
  };
  const compileNow = device.createComputePipeline.bind(device);
  device.createComputePipeline = (descriptor) => {
    const begun = process.cpuUsage();
    const pipeline = compileNow(descriptor);
    note(pipeline, descriptor, process.cpuUsage(begun));
    return pipeline;
  };
  watchCommands();
}

/** What all devices have in common: what is written into buffers, and what is dispatched. */
function watchCommands(): void {
  const { writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.writeBuffer = function (buffer, offset, data, ...rest) {
    // The sizes of a plan's dispatches are written at once, and are small.
    if (offset === 0 && data instanceof ArrayBuffer) contents.set(buffer, data.slice(0));
    return writeBuffer.call(this, buffer, offset, data, ...rest);
  };
  const { setPipeline, dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  const current = new WeakMap<GPUComputePassEncoder, GPUComputePipeline>();
  GPUComputePassEncoder.prototype.setPipeline = function (pipeline) {
    current.set(this, pipeline);
    return setPipeline.call(this, pipeline);
  };
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (x, y = 1, z = 1) {
    encoded.push({ pipeline: made.get(current.get(this)!)!.number, workgroups: x * y * z });
    return dispatchWorkgroups.call(this, x, y, z);
  };
}

function around<Name extends 'createShaderModule' | 'createBindGroup'>(
  device: GPUDevice,
  name: Name,
  after: (result: ReturnType<GPUDevice[Name]>, descriptor: Parameters<GPUDevice[Name]>[0]) => void,
): void {
  const method = device[name].bind(device) as (descriptor: unknown) => ReturnType<GPUDevice[Name]>;
  Object.assign(device, {
    [name]: (descriptor: Parameters<GPUDevice[Name]>[0]) => {
      const result = method(descriptor);
      after(result, descriptor);
      return result;
    },
  });
}

function note(
  pipeline: GPUComputePipeline,
  descriptor: GPUComputePipelineDescriptor,
  usage: NodeJS.CpuUsage,
): PipelineRecord {
  const { label = '', compute } = descriptor;
  const compiled = takeTold(descriptor);
  const number = pipelines.length;
  const record = { number, label, compileMs: timeOf(compiled, usage), ...digest(compiled) };
  pipelines.push(record);
  made.set(pipeline, { number, label, code: codes.get(compute.module)!, constants: compute.constants ?? {} });
  return record;
}

/** What the layer has told of the newest pipeline: once, so that nothing can be taken for that of another. */
function takeTold({ label }: GPUComputePipelineDescriptor): Compiled {
  if (!existsSync(told)) throw new Error(`of ${label} the driver has told nothing`);
  const compiled = JSON.parse(readFileSync(told, 'utf8')) as Compiled;
  rmSync(told);
  return compiled;
}

/** The processor's time, as the machine may have other work; without what only the layer wanted. */
const timeOf = ({ driverMs, layerMs }: Compiled, { user, system }: NodeJS.CpuUsage): number =>
  Math.max(0, (user + system) / 1000 - layerMs) + driverMs;

/** What a command does, by what was asked for when it was made. */
export function describe({ label, pipeline, bindGroup, columns, rows }: Command): DispatchRecord {
  const { number, code, constants } = made.get(pipeline)!;
  const { bindings, sizes } = shader(label, code);
  const buffers = entries.get(bindGroup)!;
  const values: Record<string, number> = { ...constants };
  let bytes = 0;
  bindings.forEach(({ access }, i) => {
    const { buffer, offset = 0, size = buffer.size } = buffers[i];
    if (access !== 'uniform') bytes += size;
    else {
      const view = new DataView(contents.get(buffer)!, offset);
      sizes.forEach(({ name, type }, n) => {
        values[name] = type === 'u32' ? view.getUint32(4 * n, true) : view.getFloat32(4 * n, true);
      });
    }
  });
  const written = bindings.findIndex(({ access }) => access === 'read_write');
  return {
    kernel: label,
    pipeline: number,
    workgroups: columns * rows,
    bytes,
    writtenBytes: buffers[written]?.size ?? 0,
    buffers: bindings.map(({ name }) => name),
    constants: values,
    loops: /\b(for|while|loop)\b/.test(code),
  };
}
