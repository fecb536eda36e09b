import { shader, wgsl } from '../../shaders/wgsl.ts';
import { tape as makeTape } from '../../src/runtime/tape.ts';
import { ulps } from './close.ts';
import { sharedGpu } from './gpu.ts';
import { Inputs, runOne } from './run.ts';

/** y[i] = f(x[i]), with f the WGSL function of that name in `chunk`. */
const each = (chunk: string, name: string) =>
  shader<'x' | 'y'>(
    name,
    wgsl`
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
override count: u32;
${chunk}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < count) { y[id.x] = ${name}(x[id.x]); }
}
`,
  );

/** What a WGSL function makes of up to four million values. */
export async function onDevice(chunk: string, name: string, x: Float32Array): Promise<Float32Array> {
  const gpu = await sharedGpu();
  const memory = new Inputs(gpu);
  const tape = makeTape(gpu);
  const y = tape.tensor([x.length]);
  tape.run(each(chunk, name), { x: memory.put(x), y }, { constants: { count: x.length }, threads: x.length });
  try {
    return (await runOne(tape, y)) as Float32Array;
  } finally {
    memory.dispose();
  }
}

/** The largest error of a WGSL function in units of the last place, and where it is. */
export async function worst(
  chunk: string,
  name: string,
  x: Float32Array,
  reference: (x: number) => number,
  error = ulps,
): Promise<{ ulp: number; x: number }> {
  const y = await onDevice(chunk, name, x);
  let most = { ulp: -1, x: 0 };
  x.forEach((value, i) => {
    const ulp = error(y[i], reference(value));
    if (!(ulp <= most.ulp)) most = { ulp: Number.isNaN(ulp) ? Infinity : ulp, x: value };
  });
  return most;
}
