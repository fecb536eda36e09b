/** The peak speed of the adapter, measured by kernels that do nothing else. */
import { shader, tape, tensor, compile, emptyTensor, type Gpu } from '../src/runtime.ts';

export interface Roofline {
  /** Multiplications and additions per second, in billions. */
  gflops: number;
  /** Bytes read and written per second, in billions, by a copy of 64 MiB. */
  gigabytes: number;
}

/**
 * The numbers of independent chains of multiply-adds that are tried: too few leave the units idle, too many do not fit
 * into registers.
 */
const chains = [2, 4, 8, 16];
const rounds = 2048;

/** Returns multiply-adds as products of a matrix and a vector, 16 each, the fastest form on every adapter tried. */
const multiplyAdds = (count: number) =>
  shader<'x' | 'y'>(
    `${count} chains of multiply-adds`,
    `@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let start = x[id.x];
  let matrix = mat4x4f(start, start.yzwx, start.zwxy, start.wxyz);
${lines(count, (i) => `  var sum${i} = start + ${i}.0;`)}
  for (var n = 0u; n < ${rounds}u; n++) {
${lines(count, (i) => `    sum${i} = start + matrix * sum${i};`)}
  }
  y[id.x] = ${Array.from({ length: count }, (_, i) => `sum${i}`).join(' + ')};
}`,
  );

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

const copy = shader<'x' | 'y'>(
  'copy',
  `@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  y[i] = x[i];
}`,
);

export async function measureRoofline(gpu: Gpu): Promise<Roofline> {
  // Enough for a large GPU; on a CPU, few enough to take some hundredths of a second.
  const threads = gpu.info.isFallback ? 1024 : 2 ** 18;
  let gflops = 0;
  for (const count of chains) {
    const seconds = await secondsOf(gpu, multiplyAdds(count), 4 * threads, threads);
    gflops = Math.max(gflops, (threads * rounds * count * 32) / seconds / 1e9);
  }
  const length = 2 ** 24;
  return { gflops, gigabytes: (2 * 4 * length) / (await secondsOf(gpu, copy, length, length / 4)) / 1e9 };
}

/** Returns the seconds of the shortest of several runs. */
async function secondsOf(gpu: Gpu, kernel: typeof copy, length: number, threads: number): Promise<number> {
  const recorded = tape(gpu);
  const [x, y] = [tensor(gpu, new Float32Array(length).fill(1 / 16)), emptyTensor(gpu, [length])];
  recorded.run(kernel, { x, y }, { threads });
  const plan = await compile(recorded);
  await plan.run();
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const begun = performance.now();
    await plan.run();
    best = Math.min(best, (performance.now() - begun) / 1000);
  }
  plan.dispose();
  x.dispose();
  y.dispose();
  return best;
}
