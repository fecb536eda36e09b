import { adam, dataset, openGpu, type Gpu, type Matrix } from '../../src/index.ts';
import { add, matmul, max, relu, sigmoid, sum, tanh } from '../../src/kernels.ts';
import { compile, read, tape, tensor, type Tensor } from '../../src/runtime.ts';
import packageJson from '../../package.json';
import { modelOf } from '../ours.ts';
import type { Peer } from '../peer.ts';
import { batches, epsilon, examples, firstWeights, rate, type LayerWeights, type ModelWork } from '../models.ts';
import type { StreamWork } from '../works.ts';

let gpu: Gpu;

export const peer: Peer = {
  name: 'latentgpu',
  version: packageJson.version,

  async open() {
    gpu = await openGpu();
  },

  settle() {
    // The tuner makes all measurements at once, as if after hours of training.
    gpu.tuner.eager = true;
  },

  async model(work) {
    const model = await modelOf(gpu, work);
    model.setWeights(named(work));
    const data = await dataset(gpu, examples(work), { shape: [...work.input] });
    const optimizer = adam(rate, { epsilon });
    return {
      async run(steps) {
        const { loss } = await model.fit(data, { steps, batchSize: work.batch, optimizer, shuffle: false });
        const last = loss.slice(-batches);
        return last.reduce((sum, one) => sum + one, 0) / last.length;
      },
      dispose() {
        data.dispose();
        model.dispose();
      },
    };
  },

  async matmul({ m, n, k, transposeA, transposeB }, a, b) {
    const recorded = tape(gpu);
    const operands = [tensor(gpu, a, transposeA ? [k, m] : [m, k]), tensor(gpu, b, transposeB ? [n, k] : [k, n])];
    return repeated(recorded, matmul(recorded, operands[0], operands[1], { transposeA, transposeB }), operands);
  },

  async stream({ name }, values) {
    const recorded = tape(gpu);
    const x = tensor(gpu, values);
    const operations: Record<StreamWork['name'], () => Tensor> = {
      sum: () => sum(recorded, x),
      max: () => max(recorded, x),
      relu: () => relu(recorded, x),
      sigmoid: () => sigmoid(recorded, x),
      tanh: () => tanh(recorded, x),
      add: () => add(recorded, x, x),
    };
    return repeated(recorded, operations[name](), [x]);
  },
};

async function repeated(recorded: ReturnType<typeof tape>, y: Tensor, operands: Tensor[]) {
  recorded.keep(y);
  const plan = await compile(recorded);
  await gpu.tuner.improve(gpu.tuner.begin(plan.tunables));
  return {
    async run(times: number) {
      const runs = [];
      for (let i = 0; i < times; i++) runs.push(plan.run());
      await Promise.all(runs);
    },
    read: async () => (await read(y)).data,
    dispose() {
      plan.dispose();
      for (const each of operands) each.dispose();
    },
  };
}

/** Returns the first weights under this library's names and in its layout, with a row for each output. */
function named(work: ModelWork): Record<string, Matrix> {
  const weights: Record<string, Matrix> = {};
  for (const first of firstWeights(work)) {
    const { layer, path, bias } = first;
    const [i, ...inner] = path;
    const { data, shape } = outputsFirst(first);
    const name = [...(i < work.code ? ['encoder', i] : ['decoder', i - work.code]), ...inner].join('.');
    const parts = layer.kind === 'gaussian' ? [`${name}.mean`, `${name}.logvar`] : [name];
    const units = bias.length / parts.length;
    parts.forEach((part, p) => {
      const length = data.length / parts.length;
      weights[`${part}.weight`] = { data: data.slice(p * length, (p + 1) * length), shape: [units, ...shape.slice(1)] };
      weights[`${part}.bias`] = { data: bias.slice(p * units, (p + 1) * units), shape: [units] };
    });
  }
  return weights;
}

/**
 * Returns [inputs, outputs] as [outputs, inputs], and [height, width, channels, filters] as [filters, channels, height,
 * width].
 */
function outputsFirst({ kernel, shape }: LayerWeights): Matrix {
  if (shape.length === 1) return { data: kernel, shape: [...shape] };
  const [outputs, inputs] = [shape.at(-1)!, shape.at(-2)!];
  const taps = kernel.length / inputs / outputs;
  const data = Float32Array.from(kernel, (_, at) => kernel[((at % taps) * inputs + (Math.floor(at / taps) % inputs)) * outputs + Math.floor(at / taps / inputs)]);
  return { data, shape: [outputs, inputs, ...shape.slice(0, -2)] };
}
