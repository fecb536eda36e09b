import { encodeInto, type Command, type CommandPass } from './commands.ts';

/** The time that a kernel took, all its dispatches together. */
export interface KernelTime {
  /** The name of the kernel. */
  kernel: string;
  /** The number of its dispatches. */
  dispatches: number;
  /** The time of all of them in milliseconds. */
  milliseconds: number;
}

/** The most dispatches of a query set that WebGPU allows. */
const most = 2048;

/**
 * Measures every dispatch by the device's own clock. Each dispatch gets its own compute pass, which costs time between
 * dispatches, not within them.
 */
export class Profiler {
  readonly #parts: { labels: string[]; queries: GPUQuerySet; resolved: GPUBuffer }[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** Returns a pass that measures the dispatches encoded into it. */
  pass(encoder: GPUCommandEncoder): CommandPass {
    let labels: string[] = [];
    let queries: GPUQuerySet | undefined;
    const finish = () => {
      if (!queries) return;
      const resolved = this.device.createBuffer({
        size: 16 * labels.length,
        usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
      });
      encoder.resolveQuerySet(queries, 0, 2 * labels.length, resolved, 0);
      this.#parts.push({ labels, queries, resolved });
      labels = [];
      queries = undefined;
    };
    return {
      encode: (command: Command) => {
        queries ??= this.device.createQuerySet({ type: 'timestamp', count: 2 * most });
        const at = 2 * labels.push(command.label) - 2;
        const pass = encoder.beginComputePass({
          timestampWrites: { querySet: queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 },
        });
        encodeInto(pass, command);
        pass.end();
        if (labels.length === most) finish();
      },
      end: finish,
    };
  }

  /** Returns the time of each kernel, the longest first. */
  async report(
    read: (ranges: { buffer: GPUBuffer; offset: number; bytes: number }[]) => Promise<ArrayBuffer>,
  ): Promise<KernelTime[]> {
    const times = new Map<string, KernelTime>();
    for (const { labels, resolved } of this.#parts) {
      const stamps = new BigUint64Array(await read([{ buffer: resolved, offset: 0, bytes: resolved.size }]));
      labels.forEach((kernel, i) => {
        const time = times.get(kernel) ?? { kernel, dispatches: 0, milliseconds: 0 };
        time.dispatches++;
        time.milliseconds += Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6;
        times.set(kernel, time);
      });
    }
    return [...times.values()].sort((a, b) => b.milliseconds - a.milliseconds);
  }

  dispose(): void {
    for (const { queries, resolved } of this.#parts.splice(0)) {
      queries.destroy();
      resolved.destroy();
    }
  }
}
