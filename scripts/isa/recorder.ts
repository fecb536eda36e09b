/** Records the calls of WebGPU from outside, so that nothing here depends on how the library works. */
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

/** The file in which the layer writes the compiler's output. */
const reportFile = process.env.LATENTGPU_ISA!;

/**
 * The milliseconds from which a pipeline is compiled again to measure its time, and from which another attempt would be
 * useless.
 */
const [slowMs, hopelessMs] = [250, 2000];

/** All compiled pipelines, in order. */
export const pipelines: PipelineRecord[] = [];

/** All dispatches since the list was emptied, except those of this library's plans, which are described otherwise. */
export const encoded: { pipeline: number; workgroups: number }[] = [];

const codes = new WeakMap<GPUShaderModule, string>();
const made = new WeakMap<GPUComputePipeline, Made>();
const entries = new WeakMap<GPUBindGroup, readonly GPUBufferBinding[]>();
/** The last data that were written to the start of each buffer. */
const contents = new WeakMap<GPUBuffer, ArrayBuffer>();

/**
 * Watches a device, and lets it compile one pipeline at a time, so that the layer's output belongs to a known pipeline.
 */
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
      // On a busy machine one time may be much too long, but rarely three times in a row.
      for (let more = 1; more <= 2 && record.compileMs > slowMs && record.compileMs < hopelessMs; more++) {
        const another = changed(descriptor, more);
        const begun = process.cpuUsage();
        await compile(another);
        record.compileMs = Math.min(record.compileMs, timeOf(takeTold(another), process.cpuUsage(begun)));
      }
      return pipeline;
    });
    last = mine.catch(() => {}); // The caller of this compilation gets the error.
    return mine;
  };
  /** Returns the descriptor with another text, since a cached pipeline would take no time. */
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

/** Watches the calls of all devices: writes to buffers, and dispatches. */
function watchCommands(): void {
  const { writeBuffer } = GPUQueue.prototype;
  GPUQueue.prototype.writeBuffer = function (buffer, offset, data, ...rest) {
    // The sizes of a plan's dispatches are small, and written in one call.
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

/**
 * Returns the layer's output for the newest pipeline, and removes it, so that it cannot be taken for that of another.
 */
function takeTold({ label }: GPUComputePipelineDescriptor): Compiled {
  if (!existsSync(reportFile)) throw new Error(`the driver has reported nothing about ${label}`);
  const compiled = JSON.parse(readFileSync(reportFile, 'utf8')) as Compiled;
  rmSync(reportFile);
  return compiled;
}

/**
 * Returns the CPU time of a compilation, since the machine may have other work, without the time of the layer itself.
 */
const timeOf = ({ driverMs, layerMs }: Compiled, { user, system }: NodeJS.CpuUsage): number =>
  Math.max(0, (user + system) / 1000 - layerMs) + driverMs;

/** Describes a command by the calls that made it. */
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
