// Runs in a process of its own whose Vulkan has only a null device. It compiles the kernels of the benchmark's models
// and products, in every way, and writes the report into the file that is named first. The names after it are the works
// to compile; without names, all are.
import { writeFileSync } from 'node:fs';
import { create, globals } from 'webgpu';
import { models, type ModelWork } from '../../bench/models.ts';
import { modelOf } from '../../bench/ours.ts';
import { matmuls, type MatmulWork } from '../../bench/works.ts';
import { adam, dataset, DivergedError } from '../../src/index.ts';
import { matmul } from '../../src/kernels.ts';
import type { Command } from '../../src/runtime/commands.ts';
import { Gpu } from '../../src/runtime/device.ts';
import { compile, Plan } from '../../src/runtime/plan.ts';
import { emptyTensor, tape } from '../../src/runtime.ts';
import type { Tunable } from '../../src/runtime/tune.ts';
import { describe, pipelines, watch } from './recorder.ts';
import type { Report, StepRecord, WorkRecord } from './report.ts';

/** The steps of each fit. A plan that is encoded as often belongs to the step, not to the epoch. */
const steps = 2;

const [file, ...wanted] = process.argv.slice(2);
// Dawn's instance must outlive everything that is made from it.
const dawn = create([]);
Object.assign(globalThis, globals, { dawn });
const adapter = await dawn.requestAdapter();
if (!adapter) throw new Error('Vulkan has no device');
const { vendor, architecture, description } = adapter.info;
const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
const device = await adapter.requestDevice({
  requiredFeatures: ['subgroups'],
  requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
});
watch(device);
// A null device cannot show that its quads work, but the GPU that it represents uses such kernels.
const gpu = new Gpu(device, { vendor, architecture, description, isFallback: false }, false, 'fixed', undefined, true);

const isWanted = ({ name }: { name: string }) => !wanted.length || wanted.some((start) => name.startsWith(start));
const works: WorkRecord[] = [];
for (const work of models.filter(isWanted))
  works.push({ name: work.name, kind: 'model', dispatches: await stepOf(work) });
for (const work of matmuls.filter(isWanted))
  works.push({ name: work.name, kind: 'product', dispatches: await dispatchesOf(await productOf(work)) });
const names = [...models, ...matmuls].map(({ name }) => name);
const report: Omit<Report, 'card'> = { driver: description, names, pipelines, works };
writeFileSync(file, JSON.stringify(report));
// Ends the process, since Dawn would wait for a device that never answers.
process.exit(0);

/** Returns the dispatches of a model's training step. */
async function stepOf(work: ModelWork): Promise<StepRecord[]> {
  const encoded = new Map<Plan, number>();
  const encode = Plan.prototype.encode;
  Plan.prototype.encode = function (this: Plan, pass) {
    encoded.set(this, (encoded.get(this) ?? 0) + 1);
    return encode.call(this, pass);
  };
  try {
    const autoencoder = await modelOf(gpu, work);
    const values = new Float32Array(steps * work.batch * work.input.reduce((size, side) => size * side, 1));
    const data = await dataset(gpu, values, { shape: [...work.input] });
    const options = { steps, batchSize: work.batch, optimizer: adam(), shuffle: false };
    await autoencoder.fit(data, options).catch((error: unknown) => {
      // The losses of a null device are meaningless, so training may diverge.
      if (!(error instanceof DivergedError)) throw error;
    });
  } finally {
    Plan.prototype.encode = encode;
  }
  const own = [...encoded].filter(([, times]) => times === steps).map(([plan]) => plan);
  if (!own.length) throw new Error(`${work.name}: no plan was encoded ${steps} times in ${steps} steps`);
  return (await Promise.all(own.map(dispatchesOf))).flat();
}

function productOf({ m, n, k, transposeA, transposeB }: MatmulWork): Promise<Plan> {
  const recorded = tape(gpu);
  const a = emptyTensor(gpu, transposeA ? [k, m] : [m, k]);
  const b = emptyTensor(gpu, transposeB ? [n, k] : [k, n]);
  recorded.keep(matmul(recorded, a, b, { transposeA, transposeB }));
  return compile(recorded);
}

/** Returns each dispatch of a plan, with its alternatives. */
async function dispatchesOf(plan: Plan): Promise<StepRecord[]> {
  const commands: Command[] = [];
  plan.encode({ encode: (command) => commands.push(command), end() {} });
  const tunables = new Map<GPUBindGroup, Tunable>();
  for (const tunable of plan.tunables) tunables.set((await tunable.make(tunable.way)).bindGroup, tunable);
  const records: StepRecord[] = [];
  for (const command of commands) {
    const tunable = tunables.get(command.bindGroup);
    records.push({ ...describe(command), product: tunable && (await productWith(tunable)) });
  }
  return records;
}

async function productWith({ choice, way, make }: Tunable): Promise<NonNullable<StepRecord['product']>> {
  const others = [];
  for (const other of choice.ways) if (other !== way) others.push({ way: other, ...describe(await make(other)) });
  return { kernel: choice.kernel, problem: choice.problem, way, others };
}
